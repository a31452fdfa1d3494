package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.web.RequestServed;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Requests to a music site. Paths follow Zipf's law, so that there are heavy hitters to find, and
 * so do clients; events come up to 2 s out of order.
 */
public final class WebRequestsFeed implements SeededFeed {
  private static final int PATHS = 10_000;
  private static final int CLIENTS = 5_000;
  private static final double DEFAULT_EXPONENT = 1.1;
  private static final int MAX_DELAY_MILLIS = 2_000;

  private static final List<String> SECTIONS =
      List.of("artists", "albums", "songs", "playlists", "concerts", "charts", "news", "search");
  private static final List<String> ADJECTIVES =
      List.of("blue", "golden", "quiet", "electric", "broken", "wild", "distant", "silver");
  private static final List<String> NOUNS =
      List.of("river", "mirror", "highway", "garden", "signal", "harbor", "winter", "engine");
  private static final List<String> REFERRERS =
      List.of(
          "https://www.example.org/",
          "https://news.example.com/music",
          "https://search.example.net/?q=songs",
          "https://social.example.com/feed");
  private static final List<String> USER_AGENTS =
      List.of(
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
          "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_7) AppleWebKit/605.1.15 Version/18.1"
              + " Safari/605.1.15",
          "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
          "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1",
          "ExampleBot/2.1 (+https://bot.example.com/about)",
          "curl/8.11.0");

  private final JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
  private final SplittableRandom random;
  private final Zipf paths;
  private final Zipf clients = new Zipf(CLIENTS, DEFAULT_EXPONENT);

  /** Requests whose paths follow Zipf's law with exponent 1.1. */
  public WebRequestsFeed(long seed) {
    this(seed, DEFAULT_EXPONENT);
  }

  /**
   * Requests whose paths follow Zipf's law.
   *
   * @param exponent how steep it is; 0 makes all paths equal
   */
  public WebRequestsFeed(long seed, double exponent) {
    this(seed, new Zipf(PATHS, exponent));
  }

  private WebRequestsFeed(long seed, Zipf paths) {
    this.random = new SplittableRandom(seed);
    this.paths = paths;
  }

  /**
   * Requests whose paths follow Zipf's law with exponent 1.1, but for one that is hot.
   *
   * @param share its least share in all requests, from 0 to less than 1
   */
  public static WebRequestsFeed withHotPath(long seed, double share) {
    return new WebRequestsFeed(seed, new Zipf(PATHS, DEFAULT_EXPONENT, share));
  }

  @Override
  public Topic<?> topic() {
    return Topics.WEB_REQUESTS;
  }

  @Override
  public byte[] next(long now) {
    return codec.encode(request(now));
  }

  /**
   * The next request; its event time is {@code now} or up to 2 s before.
   *
   * @param now the current time, in milliseconds since the epoch
   */
  public RequestServed request(long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    String path = path(paths.draw(random));
    String method = method();
    int status = status();
    boolean hasBody = status == 200 && !method.equals("HEAD");
    return new RequestServed(
        at,
        client(clients.draw(random)),
        path,
        method,
        random.nextInt(8) == 0 ? path + "?page=" + (2 + random.nextInt(20)) : path,
        status,
        hasBody ? bodyBytes() : 0L,
        random.nextInt(3) == 0 ? pick(REFERRERS) : null,
        pick(USER_AGENTS));
  }

  /** The path of a rank, the same one for every seed. */
  private static String path(int rank) {
    String section = SECTIONS.get(rank % SECTIONS.size());
    String adjective = ADJECTIVES.get(rank / 8 % ADJECTIVES.size());
    String noun = NOUNS.get(rank / 64 % NOUNS.size());
    return "/" + section + "/" + adjective + "-" + noun + "-" + rank;
  }

  /** An address from the blocks that are reserved for examples and private use. */
  private static String client(int rank) {
    return "10." + rank / 2_500 + "." + rank / 250 % 10 + "." + (1 + rank % 250);
  }

  private String method() {
    int draw = random.nextInt(100);
    return draw < 93 ? "GET" : draw < 98 ? "POST" : "HEAD";
  }

  private int status() {
    int draw = random.nextInt(1_000);
    if (draw < 900) {
      return 200;
    }
    return draw < 940 ? 304 : draw < 965 ? 302 : draw < 993 ? 404 : 500;
  }

  /** Mostly some kilobytes, now and then some megabytes. */
  private long bodyBytes() {
    return (long) Math.exp(6 + 3 * random.nextDouble() + 6 * Math.pow(random.nextDouble(), 8));
  }

  private String pick(List<String> values) {
    return values.get(random.nextInt(values.size()));
  }
}
