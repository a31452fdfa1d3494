package io.millrace.job.web;

import io.millrace.local.fault.RankingOracle;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * An endless row of requests, the same in every run and on every machine: golden savepoints hold
 * the counts of its first ones, so it must never change. Times are fixed, 30 ms apart, and at most
 * 4 s out of order.
 */
final class CannedRequests {
  private static final long START = 1_700_000_000_000L;
  private static final long STEP_MILLIS = 30;
  private static final long PAUSE_MILLIS = 600_000;
  private static final int PARTITIONS = Topics.WEB_REQUESTS.partitions();

  private final Random random = new Random(23);
  private final String topic;
  private final RankingOracle oracle;
  private final long[] latest = new long[PARTITIONS];
  private int made;

  /**
   * The row from its start.
   *
   * @param topicPrefix prefix of the topic that it is for
   * @param oracle what counts each request, by path and by client
   */
  CannedRequests(String topicPrefix, RankingOracle oracle) {
    this.topic = topicPrefix + Topics.WEB_REQUESTS.name();
    this.oracle = oracle;
  }

  /** The next {@code count} requests, to all partitions in turn. */
  List<ProducerRecord<byte[], byte[]>> next(int count) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long at = START + made * STEP_MILLIS - random.nextInt(4_000);
      String path = "/page/" + (int) StrictMath.pow(random.nextDouble(), -0.7) % 200;
      String client = "10.0.0." + random.nextInt(20);
      oracle.add("path", at, path, 1);
      oracle.add("client", at, client, 1);
      int partition = made % PARTITIONS;
      latest[partition] = Math.max(latest[partition], at);
      records.add(record(partition, at, client, path));
      made++;
    }
    return records;
  }

  /** A request to each partition, so much later that every window of the others is published. */
  List<ProducerRecord<byte[], byte[]>> closing() {
    long at = START + made * STEP_MILLIS + PAUSE_MILLIS;
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      records.add(record(partition, at, "closing", "/closing"));
    }
    return records;
  }

  /** The watermark of a job that has read all requests made so far, and nothing else. */
  long watermark(long maxOutOfOrdernessMillis) {
    return Arrays.stream(latest).min().orElseThrow() - maxOutOfOrdernessMillis - 1;
  }

  private ProducerRecord<byte[], byte[]> record(
      int partition, long at, String client, String path) {
    RequestServed request = new RequestServed(at, client, path, "GET", path, 200, 1L, null, null);
    return new ProducerRecord<>(
        topic, partition, null, Topics.WEB_REQUESTS.codec().encode(request));
  }
}
