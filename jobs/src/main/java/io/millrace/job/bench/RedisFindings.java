package io.millrace.job.bench;

import io.millrace.connector.redis.RedisOptions;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Position;
import io.millrace.schema.lane.DeadLettered;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Comes after a writer of positions. At the end of the input, when all is written, it looks whether
 * Redis has the newest position of each owner for each viewer who may see it, and tells that and
 * what {@link RedisLatencies} has by its accumulators.
 */
final class RedisFindings extends AbstractStreamOperator<Long>
    implements OneInputStreamOperator<DeadLettered, Long>, BoundedOneInput {
  private static final long serialVersionUID = 1L;
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int TOGETHER = 1_000;
  private static final int MEDIAN = 50;
  private static final int NEARLY_ALL = 99;

  private final String file;
  private final Configuration options;

  private transient LongCounter refused;

  /** Reads the server that the options name; who may see what is in the file. */
  RedisFindings(String file, Configuration options) {
    this.file = file;
    this.options = options;
  }

  /** A version that Redis must have. */
  private record Wanted(String set, String member, long version) {}

  @Override
  public void open() throws Exception {
    super.open();
    refused = new LongCounter();
    getRuntimeContext().addAccumulator(ReadBack.REFUSED, refused);
  }

  @Override
  public void processElement(StreamRecord<DeadLettered> letter) {
    refused.add(1);
  }

  @Override
  public void endInput() {
    RedisLatencies latencies = RedisLatencies.current();
    List<Wanted> wanted = wanted(latencies);
    tell("seen", wanted.size());
    tell(ReadBack.MISSING, missing(wanted));
    tell("full-rate", Math.round(latencies.fullRate()));
    tell("rate", Math.round(latencies.rate()));
    tell("changes", latencies.changes());
    tell("writes", latencies.writes());
    tell("p50-millis", latencies.percentile(MEDIAN));
    tell("p99-millis", latencies.percentile(NEARLY_ALL));
  }

  private List<Wanted> wanted(RedisLatencies latencies) {
    LocationFeed feed = LocationFeed.of(file);
    Map<String, Position> newest = new HashMap<>();
    for (int owner = 0; owner < feed.owners(); owner++) {
      Position position = feed.located(owner, latencies.newest(owner)).position();
      if (latencies.newest(owner) > 0 && position != null) {
        newest.put(feed.owner(owner), position);
      }
    }
    List<Wanted> wanted = new ArrayList<>();
    for (OwnerEvent given : feed.grants()) {
      Grant grant = given.grant();
      Position position = newest.get(given.ownerId());
      if (grant != null && position != null && grant.admits(position)) {
        wanted.add(
            new Wanted("positions:" + grant.viewerId(), given.ownerId(), 2 * position.at() + 1));
      }
    }
    return wanted;
  }

  private long missing(List<Wanted> wanted) {
    long missing = 0;
    String address = options.get(RedisOptions.REDIS);
    URI server = URI.create(address.contains("://") ? address : "redis://" + address);
    try (Jedis client = new Jedis(server, TIMEOUT_MILLIS)) {
      for (int first = 0; first < wanted.size(); first += TOGETHER) {
        List<Wanted> some = wanted.subList(first, Math.min(wanted.size(), first + TOGETHER));
        List<Response<String>> versions = new ArrayList<>();
        try (Pipeline reads = client.pipelined()) {
          some.forEach(each -> versions.add(reads.hget(each.set + ":versions", each.member)));
        }
        for (int i = 0; i < some.size(); i++) {
          boolean isThere = String.valueOf(some.get(i).version).equals(versions.get(i).get());
          missing += isThere ? 0 : 1;
        }
      }
    }
    return missing;
  }

  private void tell(String name, long value) {
    getRuntimeContext().addAccumulator(name, new LongCounter(value));
  }
}
