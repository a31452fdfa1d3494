package io.millrace.connector.opensearch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LogRecorded;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * What lines of logs say, to be searched: a document for each record, in the index of the day on
 * which it was logged. It is the record as its topic has it, with one field more, {@code
 * fieldValues}: what it says beyond the usual as {@code <name>=<value>}, so that any number of
 * names is one field of the index.
 */
public final class LogDocuments implements SerializableFunction<LogRecorded, OpenSearchDocument> {
  private static final long serialVersionUID = 1L;

  /** What indices are named by, after the prefix of topics. */
  public static final String NAME = "logs";

  /** The longest value that OpenSearch keeps as one, in characters. */
  private static final int MAX_VALUE = 8_191;

  private static final byte[] NOTHING = {};

  private final OpenSearchIndex index;
  private transient @Nullable JsonCodec<LogRecorded> codec;

  /** Documents for these indices. */
  public LogDocuments(OpenSearchIndex index) {
    this.index = index;
  }

  /**
   * The indices of a deployment.
   *
   * @param topicPrefix what it puts before the names of topics
   * @throws IllegalArgumentException where OpenSearch has no indices of such a name
   */
  public static OpenSearchIndex index(String topicPrefix) {
    return new OpenSearchIndex(topicPrefix + NAME, NAME + ".json");
  }

  /** A record is what one place of a topic says, so the version is the offset. */
  @Override
  public OpenSearchDocument apply(LogRecorded record) {
    return new OpenSearchDocument(
        index.of(record.at()), record.recordId(), Math.max(0, record.offset()), json(record));
  }

  private byte[] json(LogRecorded record) {
    JsonCodec<LogRecorded> own = codec;
    if (own == null) {
      own = JsonCodec.of(LogRecorded.class);
      codec = own;
    }
    byte[] json;
    try {
      json = own.encode(record);
    } catch (IllegalArgumentException e) {
      // The sink of the topic says why; here the document is refused.
      return NOTHING;
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(2 * json.length);
    all.write(json, 0, json.length - 1);
    all.writeBytes(",\"fieldValues\":[".getBytes(UTF_8));
    String comma = "\"";
    for (Map.Entry<String, String> field : record.fields().entrySet()) {
      String value = field.getKey() + "=" + field.getValue();
      if (value.length() <= MAX_VALUE) {
        all.writeBytes(comma.getBytes(UTF_8));
        all.writeBytes(JsonStringEncoder.getInstance().quoteAsUTF8(value));
        all.write('"');
        comma = ",\"";
      }
    }
    all.writeBytes("]}".getBytes(UTF_8));
    return all.toByteArray();
  }
}
