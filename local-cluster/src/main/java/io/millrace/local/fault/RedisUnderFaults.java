package io.millrace.local.fault;

import io.millrace.local.store.LocalRedis;
import java.io.IOException;
import java.util.List;

/** A Redis that writes down every change, and what befalls it. */
final class RedisUnderFaults implements StoreUnderFaults {
  private final LocalRedis redis;
  private final CommandProxy proxy;

  RedisUnderFaults(LocalRedis redis) throws IOException {
    this.redis = redis;
    this.proxy = CommandProxy.ofRedis(redis.port());
  }

  @Override
  public List<String> arguments(Outage outage) {
    String address = outage == Outage.ERRORS ? proxy.address() : redis.address();
    return List.of(
        "--sink", "redis-string", "--redis", "redis://" + USER + ":" + PASSWORD + "@" + address);
  }

  @Override
  public void begin(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> redis.stop();
      case HANGING -> redis.suspend();
      case ERRORS -> proxy.failOneOf(FAILS_ONE_OF);
      case REVOKED -> {
        redis.execute("ACL SETUSER " + USER + " resetpass >" + ANOTHER_PASSWORD);
        redis.execute("CLIENT KILL USER " + USER);
      }
    }
  }

  @Override
  public void end(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> redis.startAgain();
      case HANGING -> redis.resume();
      case ERRORS -> proxy.failOneOf(0);
      case REVOKED -> redis.execute("ACL SETUSER " + USER + " resetpass >" + PASSWORD);
    }
  }

  @Override
  public long failedCommands() {
    return proxy.failed();
  }

  @Override
  public void close() throws IOException {
    redis.close();
    proxy.close();
  }
}
