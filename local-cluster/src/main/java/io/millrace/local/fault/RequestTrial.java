package io.millrace.local.fault;

import io.millrace.local.feed.WebRequestsFeed;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/**
 * The trial of heavy hitters: requests whose url names their {@link RecordId}. One in a thousand
 * comes too late for its window, some are no requests at all, so that those lanes are tried too. No
 * partition is ever idle, so no other record can be late, whatever is killed.
 */
final class RequestTrial implements Trial {
  static final long WINDOW_MILLIS = 5_000;
  static final long OUT_OF_ORDERNESS_MILLIS = 5_000;
  static final int K = 100;

  private static final int ONE_LATE_IN = 1_000;
  private static final long LATE_BY_MILLIS = 20_000;

  private final JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
  private final WebRequestsFeed feed;
  private final SplittableRandom random;
  private final IntSupplier poison;

  RequestTrial(long seed, IntSupplier poison, double hotShare) {
    feed = WebRequestsFeed.withHotPath(seed, hotShare);
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.WEB_REQUESTS;
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "window",
        WINDOW_MILLIS + "ms",
        "slide",
        WINDOW_MILLIS + "ms",
        "dimension",
        String.join(",", HeavyHittersOracle.DIMENSIONS),
        "k",
        String.valueOf(K),
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    RequestServed request = feed.request(now);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      return poison(id, request);
    }
    boolean late = random.nextInt(ONE_LATE_IN) == 0;
    return record(id, request, late ? request.at() - LATE_BY_MILLIS : request.at());
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    long at = now + OUT_OF_ORDERNESS_MILLIS + 2 * WINDOW_MILLIS;
    return record(id, feed.request(now), at);
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new HeavyHittersOracle(ledger, WINDOW_MILLIS, K, OUT_OF_ORDERNESS_MILLIS);
  }

  private LedgerRecord record(RecordId id, RequestServed like, long at) {
    RequestServed request =
        new RequestServed(
            at,
            like.client(),
            like.path(),
            like.method(),
            like.path() + "?" + id.mark(),
            like.status(),
            like.bytes(),
            like.referrer(),
            like.userAgent());
    return new LedgerRecord(id, at, like.client(), codec.encode(request), request);
  }

  /** Well-formed, but without a path. */
  private static LedgerRecord poison(RecordId id, RequestServed like) {
    String value = "{\"at\":" + like.at() + ",\"url\":\"/?" + id.mark() + "\"}";
    return new LedgerRecord(
        id, like.at(), like.client(), value.getBytes(StandardCharsets.UTF_8), null);
  }
}
