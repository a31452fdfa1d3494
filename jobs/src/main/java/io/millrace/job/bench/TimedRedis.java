package io.millrace.job.bench;

import io.millrace.connector.redis.RedisStore;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreUnavailableException;
import io.millrace.job.location.LocationFanoutJob;
import io.millrace.operator.geo.ViewerEvent;
import java.util.List;
import org.apache.flink.configuration.Configuration;

/** Redis as the sinks of jobs have it, which notes how old each position is that it has taken. */
final class TimedRedis implements Store<RedisWrite> {
  private static final long serialVersionUID = 1L;

  private final RedisStore store;

  private TimedRedis(RedisStore store) {
    this.store = store;
  }

  /** The server that the options name. */
  static TimedRedis of(Configuration config) {
    return new TimedRedis(RedisStore.of(config, "positions:<viewerId>"));
  }

  /** What Redis is to hold of what a viewer gets to know, which it notes too. */
  static RedisWrite changed(ViewerEvent event) {
    RedisLatencies.current().changed(event.toldAt());
    return LocationFanoutJob.sighting(event);
  }

  /** The time of the position that is written, of which a write's version is made. */
  static long timeOf(RedisWrite write) {
    return Math.floorDiv(write.version(), 2);
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public String target() {
    return store.target();
  }

  @Override
  public String advice() {
    return store.advice();
  }

  @Override
  public StoreConnection<RedisWrite> connect() {
    StoreConnection<RedisWrite> connection = store.connect();
    return new StoreConnection<>() {
      @Override
      public List<Refusal<RedisWrite>> write(List<RedisWrite> writes)
          throws StoreUnavailableException, InterruptedException {
        List<Refusal<RedisWrite>> refusals = connection.write(writes);
        long now = System.currentTimeMillis();
        RedisLatencies latencies = RedisLatencies.current();
        writes.forEach(write -> latencies.written(timeOf(write), now));
        return refusals;
      }

      @Override
      public void close() {
        connection.close();
      }
    };
  }
}
