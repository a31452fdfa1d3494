package io.millrace.connector.redis;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisNoScriptException;
import redis.clients.jedis.util.JedisURIHelper;

/**
 * A connection that runs one script and outlives the server's restarts. The script must be
 * idempotent, since a call whose answer was lost is made again.
 *
 * <p>Not safe for use by several threads.
 */
final class RedisConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnection.class);

  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  private static final int ANSWER_TIMEOUT_MILLIS = 20_000;
  private static final long FIRST_WAIT_MILLIS = 100;
  private static final long LONGEST_WAIT_MILLIS = 10_000;

  /*
   * What a server may take later though it refuses it now: it loads, fails over, is full or has too
   * many clients. Before Redis 7 the error of a command inside a script comes after the script's.
   */
  private static final Pattern PASSING =
      Pattern.compile(
          "(?:^|: -?)(?:LOADING|BUSY|READONLY|OOM|NOSCRIPT|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|MISCONF"
              + "|NOREPLICAS|ERR max number of clients reached)\\b");

  private final URI address;
  private final byte[] script;
  private final Duration patience;
  private @Nullable Jedis client;
  private byte @Nullable [] digest;

  /**
   * A connection that is opened when it is first used.
   *
   * @param address a valid address, of {@link RedisOptions#address}
   * @param patience how long the server may fail without a break before a run gives up; the attempt
   *     that is under way then is waited for
   */
  RedisConnection(URI address, byte[] script, Duration patience) {
    this.address = address;
    this.script = script;
    this.patience = patience;
  }

  /**
   * One call of the script.
   *
   * @param keys its KEYS
   * @param arguments its ARGV
   */
  record ScriptCall(List<byte[]> keys, List<byte[]> arguments) {}

  /**
   * Runs the script for each call, pipelined, until all have succeeded. After a failure all are
   * made again, at intervals that double from 0.1 s to 10 s, each cut by up to a half at random.
   *
   * @throws IOException where the server fails for longer than the patience, or refuses a call in a
   *     way that time does not mend; the message names the server and what to check
   */
  void run(List<ScriptCall> calls) throws IOException, InterruptedException {
    long waitMillis = FIRST_WAIT_MILLIS;
    long firstFailureNanos = 0;
    for (int failures = 0; ; failures++) {
      try {
        runOnce(calls);
        if (failures > 0) {
          LOG.info("Redis at {} took the writes after {} failures", server(), failures);
        }
        return;
      } catch (JedisException e) {
        close();
        if (failures == 0) {
          firstFailureNanos = System.nanoTime();
        }
        Duration failing = Duration.ofNanos(System.nanoTime() - firstFailureNanos);
        if (!isPassing(e)) {
          throw refused(e);
        }
        if (failing.plusMillis(waitMillis).compareTo(patience) > 0) {
          throw outOfPatience(e, failures + 1, failing);
        }
        LOG.warn("Redis at {} failed, trying again: {}", server(), e.getMessage());
        Thread.sleep(waitMillis - ThreadLocalRandom.current().nextLong(waitMillis / 2));
        waitMillis = Math.min(2 * waitMillis, LONGEST_WAIT_MILLIS);
      }
    }
  }

  @Override
  public void close() {
    Jedis open = client;
    client = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (JedisException e) {
      // Closing sends what is left of a broken pipeline; what matters in it is sent again.
      LOG.debug("The connection to Redis at {} was broken when it was closed", server(), e);
    }
  }

  private void runOnce(List<ScriptCall> calls) {
    Jedis open = client;
    if (open == null) {
      open = connect();
      client = open;
    }
    byte[] known = digest;
    if (known != null) {
      try {
        evaluate(open, known, calls);
        return;
      } catch (JedisNoScriptException e) {
        LOG.debug("Redis at {} has lost its scripts", server(), e);
      }
    }
    known = open.scriptLoad(script);
    digest = known;
    evaluate(open, known, calls);
  }

  private Jedis connect() {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_TIMEOUT_MILLIS)
            .socketTimeoutMillis(ANSWER_TIMEOUT_MILLIS)
            .user(JedisURIHelper.getUser(address))
            .password(JedisURIHelper.getPassword(address))
            .database(JedisURIHelper.getDBIndex(address));
    if (JedisURIHelper.isRedisSSLScheme(address)) {
      // The client alone would take any trusted certificate, whatever host it names.
      SSLParameters parameters = new SSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      config.ssl(true).sslParameters(parameters);
    }
    return new Jedis(JedisURIHelper.getHostAndPort(address), config.build());
  }

  private static void evaluate(Jedis open, byte[] digest, List<ScriptCall> calls) {
    List<Response<Object>> answers = new ArrayList<>(calls.size());
    try (Pipeline pipeline = open.pipelined()) {
      for (ScriptCall call : calls) {
        answers.add(pipeline.evalsha(digest, call.keys(), call.arguments()));
      }
    }
    // An answer that is an error is thrown only when it is asked for.
    answers.forEach(Response::get);
  }

  /** Whether it may succeed later: what is not an answer of the server is the network's. */
  private static boolean isPassing(JedisException e) {
    return !(e instanceof JedisDataException)
        || PASSING.matcher(String.valueOf(e.getMessage())).find();
  }

  private IOException refused(JedisException e) {
    String message =
        e instanceof JedisAccessControlException
            ? "Redis at %s refuses the user: %s; check the credentials in --redis and what that"
                + " user may do"
            : "Redis at %s refuses a write: %s; check --redis and what the server holds under the"
                + " sink's keys";
    return new IOException(String.format(message, server(), e.getMessage()), e);
  }

  private IOException outOfPatience(JedisException e, int failures, Duration failing) {
    return new IOException(
        String.format(
            "Redis at %s failed %d times in %d s, last: %s; check --redis, and that the server runs"
                + " and takes writes; nothing is lost, the job goes on from its last checkpoint",
            server(), failures, failing.toSeconds(), e.getMessage()),
        e);
  }

  private String server() {
    return address.getHost() + ":" + address.getPort();
  }
}
