package io.millrace.local.fault;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionReported;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries location fan-out: each owner has a viewer for good, one whose grant ends while the owner is
 * under way, and one, together with a hundred others, who sees them in a place of theirs. Owners
 * enter and leave that place all the time, and each second some viewers ask who is near. Some
 * positions are nowhere on earth.
 */
final class PositionTrial implements Trial {
  static final long OUT_OF_ORDERNESS_MILLIS = 2_000;

  /** How far out of a place its owner has left it. */
  static final double BUFFER_METERS = 20_000;

  /** After what time in a place there is a dwell event. */
  static final long DWELL_MILLIS = 300;

  /** Of the places that are circles. */
  static final double RADIUS_METERS = 200_000;

  static final double EARTH_RADIUS_METERS = 6_371_000;

  private static final double MICROMETRE = 1e-6;

  /** The middle of all places, in degrees. */
  static final double MIDDLE = 5;

  /** How far the places that are boxes go north and south, in degrees. */
  static final double HALF_HEIGHT = 1.8;

  private static final double HALF_WIDTH = 0.5;
  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int OWNERS = 2_000;
  private static final int WATCHERS = 20;

  /** One position of so many is so inexact that nobody has left a place for it. */
  private static final int ONE_INEXACT_IN = 7;

  private static final double INEXACT_METERS = 2_000_000;
  private static final double ASKED_METERS = 500_000;
  private static final long CLOSING_MILLIS = 10_000;
  private static final long GRANTED_MILLIS_BEFORE = 60_000;
  private static final int EXPIRES_AFTER_MILLIS = 120_000;
  private static final String PULSE = "pulse";

  private final JsonCodec<PositionReported> codec = Topics.LOCATION_UPDATES.codec();
  private final SplittableRandom random;

  /** Apart from the other, for how often it is asked depends on the clock. */
  private final SplittableRandom questions;

  private final ConcurrentLinkedQueue<NearbyAsked> asked = new ConcurrentLinkedQueue<>();
  private long questionsAsked;
  private final IntSupplier poison;
  private final long startedAt = System.currentTimeMillis();

  /** Nobody is at two places at one time. */
  private final Set<Long> taken = new HashSet<>();

  PositionTrial(long seed, IntSupplier poison) {
    random = new SplittableRandom(seed);
    questions = random.split();
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.LOCATION_UPDATES;
  }

  @Override
  public List<SideInput<?>> sides() {
    List<GrantChanged> grants = new ArrayList<>();
    List<PlaceDrawn> places = new ArrayList<>();
    for (int owner = 0; owner < OWNERS; owner++) {
      grants.add(grant(friend(owner), owner, null, null));
      grants.add(grant(courier(owner), owner, expiresAt(owner), null));
      grants.add(grant(watcher(owner), owner, null, outline(owner)));
      places.add(place(owner));
    }
    FenceOutline nowhere = new FenceOutline(FenceType.CIRCLE, 0.0, 0.0, 1.0, null, null);
    return List.of(
        new SideInput<>(
            Topics.LOCATION_GRANTS,
            grants,
            at -> new GrantChanged(PULSE, at, PULSE, PULSE, GrantAction.REVOKE, null, null, null)),
        new SideInput<>(
            Topics.LOCATION_FENCES,
            places,
            at -> new PlaceDrawn(PULSE, at, PULSE, null, nowhere, null, null, true)),
        new SideInput<>(Topics.LOCATION_NEARBY_REQUESTS, List.of(), this::ask));
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "order",
        "event-time",
        "max-speed",
        "0",
        "coalesce",
        "0s",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    int owner = random.nextInt(OWNERS);
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      String value =
          String.format(
              "{\"updateId\":\"%s\",\"userId\":\"%s\",\"at\":%d,\"latitude\":91,\"longitude\":0}",
              id.mark(), owner(owner), at);
      return new LedgerRecord(id, at, owner(owner), value.getBytes(StandardCharsets.UTF_8), null);
    }
    return record(id, at, owner);
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, now + OUT_OF_ORDERNESS_MILLIS + CLOSING_MILLIS, OWNERS + id.producer());
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new PositionOracle(ledger, this);
  }

  /** Who may see a position, each by the grant {@link #grantId} of the owner. */
  List<String> viewers(PositionReported position) {
    int owner = number(position.userId());
    List<String> viewers = new ArrayList<>();
    if (owner < OWNERS) {
      viewers.add(friend(owner));
      if (position.at() < expiresAt(owner)) {
        viewers.add(courier(owner));
      }
      if (metersOutside(position) == 0) {
        viewers.add(watcher(owner));
      }
    }
    return viewers;
  }

  /** Until before when a viewer may see the positions of an owner. */
  long seenUntil(String owner, String viewer) {
    int number = number(owner);
    return viewer.equals(courier(number)) ? expiresAt(number) : Long.MAX_VALUE;
  }

  /** How far out of the owner's place a position is, in metres; 0 for all that is in it. */
  static double metersOutside(PositionReported position) {
    double away = Math.abs(position.latitude() - MIDDLE);
    // Owners stay on their meridian, so the way out is along it. Some are on the edge of a box.
    double reach =
        isCircle(number(position.userId()))
            ? RADIUS_METERS
            : Math.toRadians(HALF_HEIGHT) * EARTH_RADIUS_METERS;
    double meters = Math.toRadians(away) * EARTH_RADIUS_METERS - reach;
    return meters <= MICROMETRE ? 0 : meters;
  }

  /** Whether an owner has a place; those of the closing records have none. */
  static boolean hasPlace(String owner) {
    return number(owner) < OWNERS;
  }

  /** The id of an owner's place. */
  static String placeOf(String owner) {
    return "place of " + owner;
  }

  /** What was asked so far. */
  List<NearbyAsked> asked() {
    return List.copyOf(asked);
  }

  /** A question, from a place where no two owners are equally far. */
  private NearbyAsked ask(long at) {
    int owner = questions.nextInt(OWNERS);
    String viewer =
        switch (questions.nextInt(4)) {
          case 0 -> friend(owner);
          case 1 -> courier(owner);
          default -> watcher(owner);
        };
    NearbyAsked question =
        new NearbyAsked(
            "question-" + questionsAsked++,
            at,
            viewer,
            MIDDLE + questions.nextDouble(),
            longitude(owner) + questions.nextDouble(),
            ASKED_METERS);
    asked.add(question);
    return question;
  }

  private PlaceDrawn place(int owner) {
    return new PlaceDrawn(
        placeOf(owner(owner)),
        startedAt - GRANTED_MILLIS_BEFORE,
        owner(owner),
        null,
        outline(owner),
        BUFFER_METERS,
        DWELL_MILLIS,
        null);
  }

  private static boolean isCircle(int owner) {
    return owner % 2 == 0;
  }

  private static FenceOutline outline(int owner) {
    double longitude = longitude(owner);
    if (isCircle(owner)) {
      return new FenceOutline(FenceType.CIRCLE, MIDDLE, longitude, RADIUS_METERS, null, null);
    }
    double west = longitude - HALF_WIDTH;
    double east = longitude + HALF_WIDTH;
    double south = MIDDLE - HALF_HEIGHT;
    double north = MIDDLE + HALF_HEIGHT;
    return new FenceOutline(
        FenceType.POLYGON,
        null,
        null,
        null,
        String.valueOf(
            List.of(
                List.of(
                    List.of(west, south),
                    List.of(east, south),
                    List.of(east, north),
                    List.of(west, north)))),
        null);
  }

  private LedgerRecord record(RecordId id, long wantedAt, int owner) {
    long at = wantedAt;
    while (!taken.add(at * 2 * OWNERS + owner)) {
      at++;
    }
    PositionReported position =
        new PositionReported(
            id.mark(),
            owner(owner),
            at,
            Math.floorMod(at, 1_000) / 100.0,
            longitude(owner),
            at % ONE_INEXACT_IN == 0 ? (Double) INEXACT_METERS : null,
            null,
            null,
            null);
    return new LedgerRecord(id, at, position.userId(), codec.encode(position), position);
  }

  /** A time while the first are fed for some, and one after the last for others. */
  private long expiresAt(int owner) {
    return startedAt + EXPIRES_AFTER_MILLIS + 10L * Math.floorMod(owner * 7_919, OWNERS);
  }

  private GrantChanged grant(
      String viewer, int owner, @Nullable Long expiresAt, @Nullable FenceOutline fence) {
    return new GrantChanged(
        grantId(owner(owner), viewer),
        startedAt - GRANTED_MILLIS_BEFORE,
        owner(owner),
        viewer,
        GrantAction.GRANT,
        expiresAt,
        fence,
        null);
  }

  /** The grant by which a viewer sees an owner. */
  static String grantId(String owner, String viewer) {
    return owner + "-to-" + viewer;
  }

  private static int number(String owner) {
    return Integer.parseInt(owner.substring("owner-".length()));
  }

  private static double longitude(int owner) {
    return owner / 100.0;
  }

  private static String owner(int owner) {
    return "owner-" + owner;
  }

  private static String friend(int owner) {
    return "friend-" + owner;
  }

  private static String courier(int owner) {
    return "courier-" + owner;
  }

  private static String watcher(int owner) {
    return "watcher-" + owner % WATCHERS;
  }
}
