package io.millrace.job;

import io.millrace.connector.opensearch.OpenSearchDocument;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.schema.Topic;
import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Kafka's endpoints, with a place in front of sinks of topics and of OpenSearch that fails once.
 */
public final class TestEndpoints extends ForwardingEndpoints {
  private final int failAtElement;

  /** Fails at the {@code failAtElement}-th row of a subtask, if armed. */
  public TestEndpoints(JobConfig config, int failAtElement) {
    super(new KafkaEndpoints(config));
    this.failAtElement = failAtElement;
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> publish(
      DataStream<T> rows, Topic<T> topic, String uid) {
    return super.publish(failing(rows, topic.type(), uid), topic, uid);
  }

  @Override
  public <T extends Record> DataStream<DeadLettered> openSearch(
      DataStream<T> rows,
      Class<T> type,
      OpenSearchIndex index,
      SerializableFunction<T, OpenSearchDocument> write,
      String uid) {
    return super.openSearch(failing(rows, type, uid), type, index, write, uid);
  }

  private <T> DataStream<T> failing(DataStream<T> rows, Class<T> type, String uid) {
    return rows.map(new FailingOnce<T>(failAtElement)).returns(type).uid(uid + "-failing");
  }
}
