package io.millrace.job.location;

import io.millrace.schema.Topics;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Positions and grants of ten minutes, the same for one seed. */
final class CannedShares {
  static final long START = 1_764_151_200_000L;
  static final int MINUTES = 10;

  private static final int OWNERS = 30;
  private static final int VIEWERS = 25;
  private static final long LENGTH = MINUTES * 60_000L;

  /** Tenths of a second. */
  private static final int DISORDER = 30;

  private CannedShares() {}

  /** Grants in the order of their times, some with a fence, an expiry, a revoke or all of them. */
  static List<GrantChanged> changes(long seed, int count) {
    Random random = new Random(seed);
    List<GrantChanged> changes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long at = START + (long) (random.nextDouble() * LENGTH) - 60_000;
      String owner = "owner-" + random.nextInt(OWNERS);
      String viewer = "viewer-" + random.nextInt(VIEWERS);
      Long expiresAt = random.nextInt(3) == 0 ? (Long) (at + random.nextInt(200_000)) : null;
      Double precision = random.nextInt(3) == 0 ? (Double) (100.0 * random.nextInt(5)) : null;
      String id = "grant-" + i;
      changes.add(
          new GrantChanged(
              id, at, owner, viewer, GrantAction.GRANT, expiresAt, fence(random), precision));
      if (random.nextInt(2) == 0) {
        long revokedAt = at + random.nextInt(300_000) - 10_000;
        changes.add(
            new GrantChanged(id, revokedAt, owner, viewer, GrantAction.REVOKE, null, null, null));
      }
    }
    changes.sort((one, other) -> Long.compare(one.at(), other.at()));
    return changes;
  }

  private static @Nullable FenceOutline fence(Random random) {
    FenceMode mode = random.nextInt(3) == 0 ? FenceMode.OUTSIDE : FenceMode.INSIDE;
    double latitude = 48 + random.nextInt(100) / 1_000.0;
    double longitude = 11 + random.nextInt(100) / 1_000.0;
    return switch (random.nextInt(4)) {
      case 0 ->
          new FenceOutline(
              FenceType.CIRCLE,
              latitude,
              longitude,
              1_000 + 3_000 * random.nextDouble(),
              null,
              mode);
      case 1 ->
          new FenceOutline(
              FenceType.POLYGON,
              null,
              null,
              null,
              String.valueOf(
                  List.of(
                      List.of(
                          List.of(longitude, latitude),
                          List.of(longitude + 0.05, latitude + 0.0123),
                          List.of(longitude + 0.0117, latitude + 0.06)),
                      List.of(
                          List.of(longitude + 0.012, latitude + 0.012),
                          List.of(longitude + 0.022, latitude + 0.013),
                          List.of(longitude + 0.013, latitude + 0.024)))),
              mode);
      default -> null;
    };
  }

  /** Walks of the owners, with repetitions and leaps, up to three seconds out of order. */
  static List<PositionReported> reports(long seed, int count) {
    Random random = new Random(seed);
    double[] latitudes = new double[OWNERS];
    double[] longitudes = new double[OWNERS];
    for (int i = 0; i < OWNERS; i++) {
      latitudes[i] = 48 + random.nextDouble() / 10;
      longitudes[i] = 11 + random.nextDouble() / 10;
    }
    List<PositionReported> reports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int owner = random.nextInt(OWNERS);
      latitudes[owner] += random.nextGaussian() / 5_000;
      longitudes[owner] += random.nextGaussian() / 5_000;
      boolean leaps = random.nextInt(40) == 0;
      // No two at one time: they differ in the last two digits, or by more than the disorder.
      long at = START + LENGTH * i / count / 100 * 100 - 100L * random.nextInt(DISORDER) + i % 100;
      PositionReported report =
          new PositionReported(
              "update-" + i,
              "owner-" + owner,
              at,
              latitudes[owner] + (leaps ? 5 : 0),
              longitudes[owner],
              random.nextInt(2) == 0 ? (Double) 8.0 : null,
              null,
              null,
              null);
      reports.add(report);
      if (random.nextInt(30) == 0) {
        reports.add(report);
      }
    }
    return reports;
  }

  /** The records of all of them, with their keys. */
  static List<ProducerRecord<byte[], byte[]>> records(
      String prefix, List<PositionReported> reports, List<GrantChanged> changes) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (GrantChanged change : changes) {
      records.add(
          record(
              prefix + Topics.LOCATION_GRANTS.name(),
              change.ownerId(),
              Topics.LOCATION_GRANTS.codec().encode(change)));
    }
    for (PositionReported report : reports) {
      records.add(
          record(
              prefix + Topics.LOCATION_UPDATES.name(),
              report.userId(),
              Topics.LOCATION_UPDATES.codec().encode(report)));
    }
    return records;
  }

  static ProducerRecord<byte[], byte[]> record(String topic, String key, byte[] value) {
    return new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
  }
}
