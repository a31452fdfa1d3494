package io.millrace.local.fault;

import io.millrace.local.feed.Zipf;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import io.millrace.schema.ratelimit.RequestReceived;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Tries rate counting with leases: each application has a limit in windows of the clock, which some
 * exceed, and all together one that spans them and is never reached. Some requests come late, some
 * have a negative cost.
 */
final class LimitTrial implements Trial {
  static final String RULE = "application";
  static final long LIMIT = 40;
  static final long WINDOW_MILLIS = 5_000;
  static final long OUT_OF_ORDERNESS_MILLIS = 2_000;

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int APPLICATIONS = 2_000;
  private static final int ONE_LATE_IN = 1_000;
  private static final long LATE_BY_MILLIS = 20_000;
  private static final long RULED_MILLIS_BEFORE = 60_000;

  private final JsonCodec<RequestReceived> codec = Topics.RATELIMIT_REQUESTS.codec();
  private final Zipf applications;
  private final SplittableRandom random;
  private final IntSupplier poison;
  private final long ruledAt = System.currentTimeMillis() - RULED_MILLIS_BEFORE;

  LimitTrial(long seed, IntSupplier poison, double hotShare) {
    applications = new Zipf(APPLICATIONS, 1.1, hotShare);
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.RATELIMIT_REQUESTS;
  }

  @Override
  public List<SideInput<?>> sides() {
    return List.of(
        new SideInput<>(
            Topics.RATELIMIT_RULES,
            List.of(
                rule(RULE, ruledAt, LimitedDimension.API_KEY, LIMIT, null),
                rule("everything", ruledAt, LimitedDimension.GLOBAL, 1_000_000_000, null)),
            at -> rule("pulse", at, LimitedDimension.USER, 1, true)));
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "coordination",
        "leases",
        "order",
        "event-time",
        "usage-window",
        WINDOW_MILLIS + "ms",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  /** Verdicts are remembered for {@code verdict-horizon}, ten minutes. */
  @Override
  public Optional<Duration> stateSettles() {
    return Optional.of(Duration.ofMinutes(12));
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    String application = "app-" + applications.draw(random);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      String value = "{\"requestId\":\"" + id.mark() + "\",\"at\":" + at + ",\"cost\":-1}";
      return new LedgerRecord(id, at, id.mark(), value.getBytes(StandardCharsets.UTF_8), null);
    }
    boolean late = random.nextInt(ONE_LATE_IN) == 0;
    return record(id, late ? at - LATE_BY_MILLIS : at, application);
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, now + OUT_OF_ORDERNESS_MILLIS + 2 * WINDOW_MILLIS, "closing");
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new LimitOracle(ledger);
  }

  private LedgerRecord record(RecordId id, long at, String application) {
    RequestReceived request =
        new RequestReceived(id.mark(), at, null, application, null, null, null, null);
    return new LedgerRecord(id, at, request.requestId(), codec.encode(request), request);
  }

  private static LimitRuled rule(
      String id, long at, LimitedDimension dimension, long limit, @Nullable Boolean deleted) {
    return new LimitRuled(
        id,
        at,
        at,
        dimension,
        null,
        null,
        LimitAlgorithm.FIXED_WINDOW,
        limit,
        "PT5S",
        null,
        null,
        null,
        deleted);
  }
}
