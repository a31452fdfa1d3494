package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.ratelimit.RequestReceived;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Requests of applications to an interface that is limited: most keep to their limits, some come in
 * bursts, one in twenty asks again with the same id, and one address after the other has a bot.
 * Events come up to 2 s out of order.
 */
public final class LimitedRequestsFeed implements SeededFeed {
  private static final int KEYS = 400;
  private static final double EXPONENT = 1.05;
  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final int AGAIN = 20;

  /** A bot stays at one address for so long. */
  private static final long BOT_MILLIS = 90_000;

  private static final List<String> TIERS = List.of("free", "free", "free", "standard", "premium");
  private static final List<String> ROUTES =
      List.of("GET /songs", "GET /charts", "POST /plays", "GET /search", "POST /playlists");

  private final JsonCodec<RequestReceived> codec = Topics.RATELIMIT_REQUESTS.codec();
  private final long seed;
  private final SplittableRandom random;
  private final Zipf keys = new Zipf(KEYS, EXPONENT);
  private long made;

  /** Requests that are the same for one seed. */
  public LimitedRequestsFeed(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.RATELIMIT_REQUESTS;
  }

  @Override
  public byte[] next(long now) {
    long number = random.nextInt(AGAIN) == 0 && made > 0 ? made - 1 : made++;
    // All of a request follows from its number, so that a repetition is the same request.
    SplittableRandom of = new SplittableRandom(seed ^ number * 0x9E3779B97F4A7C15L);
    boolean isBot = of.nextInt(12) == 0;
    int key = keys.draw(of);
    String ip =
        isBot
            ? "203.0.113." + (1 + Math.floorMod(now / BOT_MILLIS, 250))
            : "10.0." + key / 250 + "." + (1 + key % 250);
    return codec.encode(
        new RequestReceived(
            "request-" + Long.toHexString(seed) + "-" + number,
            now - of.nextInt(MAX_DELAY_MILLIS),
            "user-" + (key * 7 + of.nextInt(3)),
            "key-" + key,
            ip,
            TIERS.get(key % TIERS.size()),
            ROUTES.get(of.nextInt(ROUTES.size())),
            of.nextInt(10) == 0 ? 5L : null));
  }
}
