package io.millrace.job.logs;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.RawLine;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** Makes a line of every record of Kafka, whatever its bytes. */
final class LineDeserializer implements KafkaRecordDeserializationSchema<LogLine> {
  private static final long serialVersionUID = 1L;

  /** So many headers are at hand, each at the place of its hash. */
  private static final int MOST_KNOWN = 1 << 10;

  /** Longer ones are read each time. */
  private static final int MOST_KNOWN_BYTES = 256;

  private final String withoutHeader;

  /**
   * What records say that have a source and no other header, as nearly all do, and most the same
   * few: it is made once.
   */
  private transient @Nullable Known @Nullable [] known;

  /**
   * Lines without a header that says so are of a source.
   *
   * @param withoutHeader its name; empty for none
   */
  LineDeserializer(String withoutHeader) {
    this.withoutHeader = withoutHeader;
  }

  /**
   * What headers say.
   *
   * @param value that of the header of the source
   * @param source its name
   * @param headers all headers
   * @param cut whether there are more of them
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by its elements.
  private record Known(
      byte @Nullable [] value, String source, Map<String, String> headers, boolean cut) {}

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<LogLine> out) {
    Known headers = headers(record);
    out.collect(
        new LogLine(
            headers.source(),
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value(),
            headers.headers(),
            headers.cut()));
  }

  private Known headers(ConsumerRecord<byte[], byte[]> record) {
    Header[] headers = record.headers().toArray();
    byte[] value =
        headers.length == 1 && headers[0].key().equals(RawLine.SOURCE_HEADER)
            ? headers[0].value()
            : null;
    if (value == null || value.length > MOST_KNOWN_BYTES) {
      return read(record);
    }
    @Nullable Known[] all = known;
    if (all == null) {
      all = new Known[MOST_KNOWN];
      known = all;
    }
    int place = Arrays.hashCode(value) & (MOST_KNOWN - 1);
    Known there = all[place];
    if (there == null || !Arrays.equals(there.value(), value)) {
      there = read(record);
      all[place] = there;
    }
    return there;
  }

  private Known read(ConsumerRecord<byte[], byte[]> record) {
    Header source = record.headers().lastHeader(RawLine.SOURCE_HEADER);
    byte[] value = source == null ? null : source.value();
    String name = value == null ? "" : new String(value, StandardCharsets.UTF_8);
    DeadLetters.Origin origin = DeadLetters.Origin.of(record);
    return new Known(
        value,
        // The operators' keys are made of it and zero characters.
        name.isEmpty() ? withoutHeader : name.replace('\u0000', '\uFFFD'),
        origin.headers(),
        origin.headersCut());
  }

  @Override
  public TypeInformation<LogLine> getProducedType() {
    return TypeInformation.of(LogLine.class);
  }
}
