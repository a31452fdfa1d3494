package io.millrace.local.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.bench.StreamsRanking.RankedPath;
import io.millrace.local.bench.StreamsRanking.TaskRanking;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/**
 * Heavy hitters in Kafka Streams: a windowed count by path with the record cache before its store,
 * then a ranking in two steps, each of a task and all of them.
 *
 * <p>A ranking is made once, when its window closes, from the count's own store. To suppress
 * updates until then would keep every path a second time, and to rank each update would write a
 * ranking for each path that the cache evicts; both are more work.
 *
 * <p>Kafka Streams has no watermark per partition: after the exchange, a task's time is the latest
 * that any task before it has sent. What a slower one sends is late unless the grace period covers
 * it, so that it is long here.
 */
final class StreamsTopology {
  static final String INPUT = Topics.WEB_REQUESTS.name();

  /** How far one task may be behind another in event time. */
  static final Duration GRACE = Duration.ofHours(1);

  /** How the paths of records begin that only move time on. Those of requests begin otherwise. */
  static final String LATER_PATH = "later-";

  private static final JsonFactory FACTORY = new JsonFactory();
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] NOTHING = new byte[0];
  private static final String COUNTS = "counts";
  private static final String BY_PATH = "by-path";
  private static final String BY_WINDOW = "by-window";

  private final String ticks;
  private final LongAdder read = new LongAdder();
  private final LongAdder counted = new LongAdder();
  private final LongAdder published = new LongAdder();

  /**
   * A topology that reads requests.
   *
   * @param ticks topic with records that only move time on
   */
  StreamsTopology(String ticks) {
    this.ticks = ticks;
  }

  /** The topics that Kafka Streams makes for an application. */
  static List<String> ownTopics(String applicationId) {
    return Stream.concat(
            Stream.of(BY_PATH, BY_WINDOW).map(name -> name + "-repartition"),
            Stream.of(COUNTS, StreamsRanking.CLOSED, StreamsRanking.PARTS)
                .map(name -> name + "-changelog"))
        .map(name -> applicationId + "-" + name)
        .toList();
  }

  /** A request as far as it is needed. */
  private record Request(long at, String path) {}

  /** How many requests were read. */
  long read() {
    return read.sum();
  }

  /** How many requests have come to where they are counted. */
  long counted() {
    return counted.sum();
  }

  /** How many windows were published. */
  long published() {
    return published.sum();
  }

  Topology build() {
    StreamsBuilder builder = new StreamsBuilder();
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(StreamsRanking.CLOSED), Serdes.String(), Serdes.Long()));
    builder.addStateStore(
        Stores.keyValueStoreBuilder(
            Stores.persistentKeyValueStore(StreamsRanking.PARTS),
            Serdes.Long(),
            json(TaskRanking.class)));
    builder.stream(
            List.of(INPUT, ticks),
            Consumed.with(Serdes.ByteArray(), requests())
                .withTimestampExtractor((record, before) -> ((Request) record.value()).at()))
        .map((none, request) -> KeyValue.pair(request.path(), NOTHING))
        .repartition(
            Repartitioned.<String, byte[]>as(BY_PATH)
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.ByteArray())
                .withNumberOfPartitions(Topics.PARTITIONS))
        .peek((path, nothing) -> note(path))
        .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMillis(RequestLoad.WINDOW_MILLIS), GRACE))
        .count(
            Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(COUNTS)
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long())
                .withCachingEnabled())
        .toStream()
        .process(() -> new StreamsRanking.OfTask(COUNTS), COUNTS, StreamsRanking.CLOSED)
        .repartition(
            Repartitioned.<Long, TaskRanking>as(BY_WINDOW)
                .withKeySerde(Serdes.Long())
                .withValueSerde(json(TaskRanking.class))
                .withNumberOfPartitions(1))
        .process(
            () -> new StreamsRanking.OfAll(Topics.PARTITIONS, published::increment),
            StreamsRanking.PARTS)
        .to(StreamsPeer.OUTPUT, Produced.with(Serdes.Long(), json(RankedPath.class)));
    return builder.build();
  }

  private void note(String path) {
    if (!path.startsWith(LATER_PATH)) {
      counted.increment();
    }
  }

  private Serde<Request> requests() {
    return Serdes.serdeFrom(
        (topic, request) -> {
          throw new UnsupportedOperationException("requests are only read");
        },
        (topic, json) -> {
          if (topic.equals(INPUT)) {
            read.increment();
          }
          return request(json);
        });
  }

  /** Jackson's streaming parser, as {@code floor} has it, for the fields that are needed. */
  private static Request request(byte[] json) {
    long at = 0;
    String path = "";
    try (JsonParser parser = FACTORY.createParser(json)) {
      parser.nextToken();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        switch (name) {
          case "at" -> at = parser.getLongValue();
          case "path" -> path = parser.getText();
          default -> parser.skipChildren();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a request can't be read", e);
    }
    return new Request(at, path);
  }

  private static <T> Serde<T> json(Class<T> type) {
    return Serdes.serdeFrom(
        (topic, value) -> {
          try {
            return value == null ? null : JSON.writeValueAsBytes(value);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        (topic, bytes) -> {
          try {
            return bytes == null ? null : JSON.readValue(bytes, type);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
