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
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries location fan-out: each owner has a viewer for good, and one whose grant ends while the
 * owner is under way. Some positions are nowhere on earth.
 */
final class PositionTrial implements Trial {
  static final long OUT_OF_ORDERNESS_MILLIS = 2_000;

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int OWNERS = 2_000;
  private static final long CLOSING_MILLIS = 10_000;
  private static final long GRANTED_MILLIS_BEFORE = 60_000;
  private static final int EXPIRES_AFTER_MILLIS = 120_000;
  private static final String PULSE = "pulse";

  private final JsonCodec<PositionReported> codec = Topics.LOCATION_UPDATES.codec();
  private final SplittableRandom random;
  private final IntSupplier poison;
  private final long startedAt = System.currentTimeMillis();

  /** Nobody is at two places at one time. */
  private final Set<Long> taken = new HashSet<>();

  PositionTrial(long seed, IntSupplier poison) {
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.LOCATION_UPDATES;
  }

  @Override
  public List<SideInput<?>> sides() {
    List<GrantChanged> grants = new ArrayList<>();
    for (int owner = 0; owner < OWNERS; owner++) {
      grants.add(grant(friend(owner), owner, null));
      grants.add(grant(courier(owner), owner, expiresAt(owner)));
    }
    FenceOutline place = new FenceOutline(FenceType.CIRCLE, 0.0, 0.0, 1.0, null, null);
    return List.of(
        new SideInput<>(
            Topics.LOCATION_GRANTS,
            grants,
            at -> new GrantChanged(PULSE, at, PULSE, PULSE, GrantAction.REVOKE, null, null, null)),
        new SideInput<>(
            Topics.LOCATION_FENCES,
            List.of(),
            at -> new PlaceDrawn(PULSE, at, PULSE, null, place, null, null, true)),
        new SideInput<>(
            Topics.LOCATION_NEARBY_REQUESTS,
            List.of(),
            at -> new NearbyAsked(PULSE + at, at, PULSE, 0, 0, 1)));
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "order",
        "event-time",
        "max-speed",
        "0",
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

  /** Who may see a position, with the grant that allows it. */
  List<String> viewers(PositionReported position) {
    int owner = Integer.parseInt(position.userId().substring("owner-".length()));
    if (owner >= OWNERS) {
      return List.of();
    }
    return position.at() < expiresAt(owner)
        ? List.of(friend(owner), courier(owner))
        : List.of(friend(owner));
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
            owner / 100.0,
            null,
            null,
            null,
            null);
    return new LedgerRecord(id, at, position.userId(), codec.encode(position), position);
  }

  /** A time while the first are fed for some, and one after the last for others. */
  private long expiresAt(int owner) {
    return startedAt + EXPIRES_AFTER_MILLIS + 10L * Math.floorMod(owner * 7_919, OWNERS);
  }

  private GrantChanged grant(String viewer, int owner, @Nullable Long expiresAt) {
    return new GrantChanged(
        "grant-" + viewer,
        startedAt - GRANTED_MILLIS_BEFORE,
        owner(owner),
        viewer,
        GrantAction.GRANT,
        expiresAt,
        null,
        null);
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
}
