package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.SinkPlays;
import io.millrace.local.fault.TopicContents;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * The rows that sinks are measured with, as they must be in the end.
 *
 * @param rows how many there are
 * @param checksum the sum of the CRC-32C of each row's fields, modulo 2^64
 */
record SinkLoad(long rows, long checksum) {
  private static final Duration DECISION_LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);

  /** The first so many rows. */
  static SinkLoad of(long rows) {
    long checksum = 0;
    for (long number = 0; number < rows; number++) {
      checksum += SinkPlays.checksum(SinkPlays.row(number));
    }
    return new SinkLoad(rows, checksum);
  }

  /** Writes the first so many rows into the topic of plays; stops early where it is told to. */
  static void fill(String bootstrap, long rows, BooleanSupplier stop)
      throws IOException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(bootstrap)) {
      admin.create(List.of(Topics.LISTENING_PLAYS));
    }
    JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
    try (TopicFeeder feeder = new TopicFeeder(bootstrap)) {
      for (long number = 0; number < rows && !stop.getAsBoolean(); number++) {
        feeder.send(Topics.LISTENING_PLAYS.name(), null, codec.encode(SinkPlays.row(number)));
      }
      feeder.flush();
    }
  }

  /**
   * What committed readers find in a topic, once all its transactions are decided.
   *
   * @throws IOException where one is not in time
   */
  static SinkLoad in(String bootstrap, String topic) throws IOException, InterruptedException {
    Map<TopicPartition, Long> ends = decidedEnds(bootstrap, topic);
    JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
    long[] seen = new long[2];
    TopicContents.read(
        bootstrap,
        ends,
        record -> {
          seen[0]++;
          try {
            seen[1] += SinkPlays.checksum(codec.decode(record.value()));
          } catch (RejectedException e) {
            throw new IllegalStateException("a row that is none: " + e.getMessage(), e);
          }
        });
    return new SinkLoad(seen[0], seen[1]);
  }

  /** Ends of the partitions of a topic, once all its transactions are decided. */
  static Map<TopicPartition, Long> decidedEnds(String bootstrap, String topic)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + DECISION_LIMIT.toNanos();
    try (TopicAdmin admin = new TopicAdmin(bootstrap)) {
      Set<TopicPartition> partitions = admin.partitions(List.of(topic));
      Map<TopicPartition, Long> ends = admin.ends(partitions);
      while (!admin.stableEnds(partitions).equals(ends)) {
        if (System.nanoTime() > deadline) {
          throw new IOException("transactions are still open in " + topic);
        }
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        ends = admin.ends(partitions);
      }
      return ends;
    }
  }
}
