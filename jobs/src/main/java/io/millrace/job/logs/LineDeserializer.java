package io.millrace.job.logs;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.codec.RawLine;
import java.nio.charset.StandardCharsets;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/** Makes a line of every record of Kafka, whatever its bytes. */
final class LineDeserializer implements KafkaRecordDeserializationSchema<LogLine> {
  private static final long serialVersionUID = 1L;

  private final String withoutHeader;

  /**
   * Lines without a header that says so are of a source.
   *
   * @param withoutHeader its name; empty for none
   */
  LineDeserializer(String withoutHeader) {
    this.withoutHeader = withoutHeader;
  }

  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<LogLine> out) {
    Header source = record.headers().lastHeader(RawLine.SOURCE_HEADER);
    String name =
        source == null || source.value() == null
            ? ""
            : new String(source.value(), StandardCharsets.UTF_8);
    DeadLetters.Origin origin = DeadLetters.Origin.of(record);
    out.collect(
        new LogLine(
            // The operators' keys are made of it and zero characters.
            name.isEmpty() ? withoutHeader : name.replace('\u0000', '\uFFFD'),
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value(),
            origin.headers(),
            origin.headersCut()));
  }

  @Override
  public TypeInformation<LogLine> getProducedType() {
    return TypeInformation.of(LogLine.class);
  }
}
