package io.millrace.connector.redis;

import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import java.net.URI;
import org.apache.flink.configuration.Configuration;

/**
 * Redis: values that replace each other by their versions, each in one step; so a reader never sees
 * half of one, and a replay after a failure changes nothing.
 *
 * <p>The server is a single one or the primary of its replicas, not a cluster, and must not evict
 * the keys: their versions go with them.
 */
public final class RedisStore implements Store<RedisWrite> {
  private static final long serialVersionUID = 1L;

  /** How long the server may take to answer. */
  private static final int ANSWER_MILLIS = 20_000;

  private final URI address;
  private final String target;
  private final int answerMillis;

  private RedisStore(URI address, String target, int answerMillis) {
    this.address = address;
    this.target = target;
    this.answerMillis = answerMillis;
  }

  /**
   * The server that the options name.
   *
   * @param keys what is written, for people, such as {@code topk:<dimension>}
   * @throws IllegalArgumentException where the option {@code redis} is missing or malformed; the
   *     message says what to give
   */
  public static RedisStore of(Configuration config, String keys) {
    return of(config, keys, ANSWER_MILLIS);
  }

  static RedisStore of(Configuration config, String keys, int answerMillis) {
    return new RedisStore(RedisOptions.address(config), "redis:" + keys, answerMillis);
  }

  @Override
  public String name() {
    return "Redis at " + address.getHost() + ":" + address.getPort();
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public String advice() {
    return "--redis with its credentials and what that user may do";
  }

  @Override
  public StoreConnection<RedisWrite> connect() {
    return new RedisConnection(address, answerMillis);
  }
}
