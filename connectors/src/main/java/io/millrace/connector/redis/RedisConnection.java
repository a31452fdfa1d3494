package io.millrace.connector.redis;

import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import java.net.URI;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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

/** A connection that runs scripts, pipelined, and outlives the server's restarts. */
final class RedisConnection implements StoreConnection<RedisWrite> {
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnection.class);

  private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
  /*
   * What a server may take later though it refuses it now: it loads, fails over, is full, has too
   * many clients or does not let the user in. Before Redis 7 the error of a command inside a script
   * comes after the script's.
   */
  private static final Pattern PASSING =
      Pattern.compile(
          "(?:^|: -?)(?:LOADING|BUSY|READONLY|OOM|NOSCRIPT|MASTERDOWN|TRYAGAIN|CLUSTERDOWN|MISCONF"
              + "|NOREPLICAS|NOAUTH|NOPERM|WRONGPASS|ERR max number of clients reached)\\b");

  private final URI address;
  private final int answerMillis;
  private final Map<RedisScript, byte[]> digests = new EnumMap<>(RedisScript.class);
  private @Nullable Jedis client;

  /**
   * A connection that is opened when it is first used.
   *
   * @param address a valid address, of {@link RedisOptions#address}
   * @param answerMillis how long the server may take to answer
   */
  RedisConnection(URI address, int answerMillis) {
    this.address = address;
    this.answerMillis = answerMillis;
  }

  @Override
  public List<Refusal<RedisWrite>> write(List<RedisWrite> writes) throws StoreUnavailableException {
    try {
      Jedis open = client;
      if (open == null) {
        open = connect();
        client = open;
      }
      List<Refusal<RedisWrite>> refusals = new ArrayList<>();
      writeAll(open, writes, refusals);
      return refusals;
    } catch (JedisException e) {
      close();
      throw new StoreUnavailableException(String.valueOf(e.getMessage()), e);
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
      LOG.debug("The connection to Redis was broken when it was closed", e);
    }
  }

  private Jedis connect() {
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .connectionTimeoutMillis(CONNECT_TIMEOUT_MILLIS)
            .socketTimeoutMillis(answerMillis)
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

  /** Sends again what failed for now, for as long as some of it gets through. */
  private void writeAll(Jedis open, List<RedisWrite> writes, List<Refusal<RedisWrite>> refusals) {
    List<RedisWrite> left = writes;
    boolean loadedAgain = false;
    while (!left.isEmpty()) {
      Failures failures = evaluate(open, left, refusals);
      if (failures.last instanceof JedisNoScriptException) {
        LOG.debug("Redis at {} has lost its scripts", address.getHost(), failures.last);
        digests.clear();
      }
      if (failures.last != null && failures.writes.size() == left.size()) {
        if (loadedAgain || !(failures.last instanceof JedisNoScriptException)) {
          throw failures.last;
        }
        loadedAgain = true;
      }
      left = failures.writes;
    }
  }

  /**
   * What failed for now.
   *
   * @param last the answer to the last of them; null where there are none
   */
  private record Failures(List<RedisWrite> writes, @Nullable JedisDataException last) {}

  private Failures evaluate(
      Jedis open, List<RedisWrite> writes, List<Refusal<RedisWrite>> refusals) {
    List<RedisCall> calls = writes.stream().map(RedisWrite::call).toList();
    for (RedisCall call : calls) {
      digests.computeIfAbsent(call.script(), script -> open.scriptLoad(script.text()));
    }
    List<Response<Object>> answers = new ArrayList<>(calls.size());
    try (Pipeline pipeline = open.pipelined()) {
      for (RedisCall call : calls) {
        answers.add(pipeline.evalsha(digests.get(call.script()), call.keys(), call.arguments()));
      }
    }
    List<RedisWrite> failed = new ArrayList<>();
    JedisDataException last = null;
    for (int i = 0; i < answers.size(); i++) {
      try {
        // An answer that is an error is thrown only when it is asked for.
        answers.get(i).get();
      } catch (JedisDataException e) {
        if (isPassing(e)) {
          failed.add(writes.get(i));
          last = e;
        } else {
          refusals.add(new Refusal<>(writes.get(i), String.valueOf(e.getMessage())));
        }
      }
    }
    return new Failures(failed, last);
  }

  private static boolean isPassing(JedisDataException e) {
    return e instanceof JedisNoScriptException
        || e instanceof JedisAccessControlException
        || PASSING.matcher(String.valueOf(e.getMessage())).find();
  }
}
