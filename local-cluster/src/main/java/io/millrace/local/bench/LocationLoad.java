package io.millrace.local.bench;

import io.millrace.local.feed.TopicFeeder;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The positions that a benchmark reads, and before them ten grants of each owner: five everywhere,
 * two of them on a grid, two in a circle, one out of a circle, one in an outline of eight points,
 * and one that expires meanwhile. Every owner reports every thirty seconds. Knows what viewers have
 * to be told.
 *
 * <p><b>Space</b>: 28 bytes a position, 300 a grant.
 */
final class LocationLoad {
  /** Grants of an owner. */
  static final int GRANTS = 10;

  /** How often an owner reports. */
  static final long EVERY_MILLIS = 30_000;

  private static final int VIEWERS = 1_000_000;
  private static final int STEP = 7_919;
  private static final long START = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
  private static final double EARTH_RADIUS_METERS = 6_371_000;
  private static final double METERS_PER_DEGREE = Math.toRadians(EARTH_RADIUS_METERS);
  private static final double RADIUS_METERS = 500;
  private static final double OUTLINE_DEGREES = 0.006;
  private static final int CORNERS = 8;
  private static final double[] PRECISIONS = {0, 100, 1_000, 0, 0, 0, 0, 0, 250, 0};

  private final int owners;
  private final int records;
  private final long seed;
  private final int[] ownerOf;
  private final long[] times;
  private final double[] latitudes;
  private final double[] longitudes;
  private long bytes;
  private long deliveries;
  private long checksum;

  private LocationLoad(int owners, int records, long seed) {
    this.owners = owners;
    this.records = records;
    this.seed = seed;
    ownerOf = new int[records];
    times = new long[records];
    latitudes = new double[records];
    longitudes = new double[records];
  }

  /** Positions of so many owners, and what viewers have to be told. */
  static LocationLoad of(int owners, int records, long seed) {
    LocationLoad load = new LocationLoad(owners, records, seed);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < records; i++) {
      load.move(i, random);
    }
    for (int i = 0; i < records; i++) {
      load.tell(i);
    }
    return load;
  }

  /** Owners of one parity are dealt to one task, and each reports once a round. */
  private void move(int i, SplittableRandom random) {
    int round = i / owners;
    int place = i % owners;
    int half = owners / 2;
    int owner = 2 * (int) (((long) (place / 2) * STEP) % half) + place % 2;
    ownerOf[i] = owner;
    times[i] = START + round * EVERY_MILLIS + place * EVERY_MILLIS / owners;
    latitudes[i] = homeLatitude(owner) + (random.nextDouble() - 0.5) / 50;
    longitudes[i] = homeLongitude(owner) + (random.nextDouble() - 0.5) / 50;
  }

  private double homeLatitude(int owner) {
    return 45 + unit(owner, 1);
  }

  private double homeLongitude(int owner) {
    return 10 + unit(owner, 2);
  }

  /** A number from 0 to 1 that is always the same. */
  private double unit(int owner, int what) {
    return new SplittableRandom(seed * 31 + owner * 64L + what).nextDouble();
  }

  private static String owner(int owner) {
    return "owner-" + owner;
  }

  private static String viewer(int owner, int grant) {
    return "viewer-" + (int) ((owner * 48_271L + (long) grant * STEP) % VIEWERS);
  }

  private static String grantId(int owner, int grant) {
    return "grant-" + owner + "-" + grant;
  }

  private long expiresAt(int owner, int grant) {
    return grant == GRANTS - 1
        ? START + (long) (unit(owner, 3) * records / owners * EVERY_MILLIS)
        : Long.MAX_VALUE;
  }

  /** A corner of an owner's outline, in degrees: east where {@code isEast}, else north. */
  private double corner(int owner, int corner, boolean isEast) {
    double angle = 2 * Math.PI * corner / CORNERS;
    double away = OUTLINE_DEGREES * (corner % 2 == 0 ? 1 : 0.7);
    double at =
        isEast
            ? homeLongitude(owner) + away * Math.cos(angle)
            : homeLatitude(owner) + away * Math.sin(angle);
    return Math.rint(at * 1e6) / 1e6;
  }

  /** Works out who has to be told of a position, grant by grant. */
  private void tell(int i) {
    int owner = ownerOf[i];
    double meters =
        distanceMeters(homeLatitude(owner), homeLongitude(owner), latitudes[i], longitudes[i]);
    for (int grant = 0; grant < GRANTS; grant++) {
      boolean isAdmitted =
          switch (grant) {
            case 5, 6 -> meters <= RADIUS_METERS * (grant - 4);
            case 7 -> meters > RADIUS_METERS;
            case 8 -> isInOutline(owner, latitudes[i], longitudes[i]);
            default -> times[i] < expiresAt(owner, grant);
          };
      if (isAdmitted) {
        deliveries++;
        checksum += checksum(i, owner, grant);
      }
    }
  }

  private long checksum(int i, int owner, int grant) {
    double latitude = latitudes[i];
    double longitude = longitudes[i];
    double precision = PRECISIONS[grant];
    if (precision > 0) {
      double step = precision / METERS_PER_DEGREE;
      latitude = Math.rint(latitude / step) * step;
      double columnStep = step / Math.cos(Math.toRadians(latitude));
      longitude = Math.rint(longitude / columnStep) * columnStep;
    }
    return checksum(viewer(owner, grant), grantId(owner, grant), times[i], latitude, longitude);
  }

  /** A number in which all that a viewer is told takes part, as the programs have it. */
  static long checksum(String viewer, String grant, long at, double latitude, double longitude) {
    return (viewer.hashCode() * 31L + grant.hashCode()) * 31
        + at
        + Double.doubleToLongBits(latitude)
        + 31 * Double.doubleToLongBits(longitude);
  }

  /** By the chord through the earth. */
  private static double distanceMeters(
      double latitude, double longitude, double latitude2, double longitude2) {
    double phi = Math.toRadians(latitude);
    double phi2 = Math.toRadians(latitude2);
    double lambda = Math.toRadians(longitude2 - longitude);
    double x = Math.cos(phi2) * Math.cos(lambda) - Math.cos(phi);
    double y = Math.cos(phi2) * Math.sin(lambda);
    double z = Math.sin(phi2) - Math.sin(phi);
    return 2 * EARTH_RADIUS_METERS * Math.asin(Math.sqrt(x * x + y * y + z * z) / 2);
  }

  /** By the edges that a ray to the east crosses. */
  private boolean isInOutline(int owner, double latitude, double longitude) {
    boolean isIn = false;
    for (int from = 0; from < CORNERS; from++) {
      double y = corner(owner, from, false);
      double y2 = corner(owner, (from + 1) % CORNERS, false);
      if ((y > latitude) != (y2 > latitude)) {
        double x = corner(owner, from, true);
        double x2 = corner(owner, (from + 1) % CORNERS, true);
        isIn ^= longitude < x + (latitude - y) / (y2 - y) * (x2 - x);
      }
    }
    return isIn;
  }

  /** Writes grants and positions as the programs read them that do without Kafka. */
  void write(Path file) throws IOException {
    try (var out =
        new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file), 1 << 16))) {
      out.writeInt(owners);
      for (int owner = 0; owner < owners; owner++) {
        out.writeUTF(owner(owner));
      }
      out.writeInt(owners * GRANTS);
      for (int grant = 0; grant < GRANTS; grant++) {
        for (int owner = 0; owner < owners; owner++) {
          writeGrant(out, owner, grant);
        }
      }
      out.writeInt(records);
      for (int i = 0; i < records; i++) {
        out.writeInt(ownerOf[i]);
        out.writeLong(times[i]);
        out.writeDouble(latitudes[i]);
        out.writeDouble(longitudes[i]);
      }
    }
  }

  private void writeGrant(DataOutputStream out, int owner, int grant) throws IOException {
    out.writeInt(owner);
    out.writeUTF(grantId(owner, grant));
    out.writeUTF(viewer(owner, grant));
    out.writeLong(START - GRANTS + grant);
    out.writeLong(expiresAt(owner, grant));
    switch (grant) {
      case 5, 6, 7 -> {
        out.writeByte(grant == 7 ? 2 : 1);
        out.writeDouble(homeLatitude(owner));
        out.writeDouble(homeLongitude(owner));
        out.writeDouble(radius(grant));
      }
      case 8 -> {
        out.writeByte(3);
        out.writeInt(CORNERS);
        for (int corner = 0; corner < CORNERS; corner++) {
          out.writeDouble(corner(owner, corner, true));
          out.writeDouble(corner(owner, corner, false));
        }
      }
      default -> out.writeByte(0);
    }
    out.writeDouble(PRECISIONS[grant]);
  }

  private static double radius(int grant) {
    return grant == 6 ? 2 * RADIUS_METERS : RADIUS_METERS;
  }

  /** Writes grants and positions into their topics. */
  void fill(TopicFeeder feeder, BooleanSupplier stop) throws IOException {
    JsonCodec<GrantChanged> grants = Topics.LOCATION_GRANTS.codec();
    for (int grant = 0; grant < GRANTS; grant++) {
      for (int owner = 0; owner < owners && !stop.getAsBoolean(); owner++) {
        feeder.send(
            Topics.LOCATION_GRANTS.name(),
            owner(owner).getBytes(StandardCharsets.UTF_8),
            grants.encode(change(owner, grant)));
      }
    }
    JsonCodec<PositionReported> reports = Topics.LOCATION_UPDATES.codec();
    for (int i = 0; i < records && !stop.getAsBoolean(); i++) {
      byte[] json =
          reports.encode(
              new PositionReported(
                  null,
                  owner(ownerOf[i]),
                  times[i],
                  latitudes[i],
                  longitudes[i],
                  null,
                  null,
                  null,
                  null));
      bytes += json.length;
      feeder.send(
          Topics.LOCATION_UPDATES.name(), owner(ownerOf[i]).getBytes(StandardCharsets.UTF_8), json);
    }
    feeder.flush();
  }

  private GrantChanged change(int owner, int grant) {
    long expiresAt = expiresAt(owner, grant);
    return new GrantChanged(
        grantId(owner, grant),
        START - GRANTS + grant,
        owner(owner),
        viewer(owner, grant),
        GrantAction.GRANT,
        expiresAt == Long.MAX_VALUE ? null : expiresAt,
        outline(owner, grant),
        PRECISIONS[grant]);
  }

  private @Nullable FenceOutline outline(int owner, int grant) {
    return switch (grant) {
      case 5, 6, 7 ->
          new FenceOutline(
              FenceType.CIRCLE,
              homeLatitude(owner),
              homeLongitude(owner),
              radius(grant),
              null,
              grant == 7 ? FenceMode.OUTSIDE : FenceMode.INSIDE);
      case 8 -> {
        List<List<Double>> ring = new ArrayList<>();
        for (int corner = 0; corner < CORNERS; corner++) {
          ring.add(List.of(corner(owner, corner, true), corner(owner, corner, false)));
        }
        yield new FenceOutline(
            FenceType.POLYGON, null, null, null, String.valueOf(List.of(ring)), FenceMode.INSIDE);
      }
      default -> null;
    };
  }

  int owners() {
    return owners;
  }

  int records() {
    return records;
  }

  /** How many grants there are. */
  int grants() {
    return owners * GRANTS;
  }

  /** How many bytes the positions have in their topic. */
  long bytes() {
    return bytes;
  }

  /** How often viewers have to be told of a position. */
  long deliveries() {
    return deliveries;
  }

  /** The sum over them of {@link #checksum(String, String, long, double, double)}. */
  long checksum() {
    return checksum;
  }
}
