package io.millrace.schema;

import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.LineReader;
import io.millrace.schema.codec.RawLine;
import io.millrace.schema.lane.DeadLettered;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka topic of the catalogue: what its records are, and how it is created and shown.
 *
 * @param name its name, before any prefix that a deployment adds
 * @param description what one of its records says, in a sentence
 * @param type the record type of its values
 * @param lane what the topic is for
 * @param keyField the field whose text is the Kafka key; null where records carry no key, and of a
 *     live topic, whose key is made of view and row
 * @param partitions number of partitions it is created with
 * @param cleanup the cleanup policy it is created with
 * @param view how a dashboard shows it at first
 * @param lineReader reads one line of a log file into a value; null where there is none
 */
public record Topic<T extends Record>(
    String name,
    String description,
    Class<T> type,
    Lane lane,
    @Nullable String keyField,
    int partitions,
    Cleanup cleanup,
    View view,
    @Nullable LineReader<T> lineReader) {

  /** What a topic is for. */
  public enum Lane {
    /** Facts that a job reads. */
    INPUT,
    /** Final facts that a job publishes, exactly once. */
    RESULT,
    /** Records of an input that a job refused. */
    DEAD_LETTER,
    /** Valid records that came after their windows were published. */
    LATE,
    /** Rows of views as they are now, at least once. */
    LIVE
  }

  /** Kafka's cleanup policies. */
  public enum Cleanup {
    DELETE,
    COMPACT
  }

  /** How a dashboard shows a topic at first. */
  public enum View {
    TABLE,
    BARS
  }

  /** A new codec for this topic's values; not safe for use by several threads. */
  public JsonCodec<T> codec() {
    return JsonCodec.of(type);
  }

  /** The reader for raw log lines, where the topic has one. */
  public Optional<LineReader<T>> lines() {
    return Optional.ofNullable(lineReader);
  }

  /**
   * Whether its records tell where someone was. Their dead letters carry no payload; a replay reads
   * the source again.
   */
  public boolean isConfidential() {
    return name.startsWith("location.") || name.startsWith("location-fanout.");
  }

  /** Whether its records are lines as they are, with the rest of their values beside them. */
  public boolean isRaw() {
    return type.isAnnotationPresent(RawLine.class);
  }

  /** The topic that this input's refused records go to. */
  public Topic<DeadLettered> deadLetters() {
    return new Topic<>(
        name + ".dlq",
        "A record of " + name + " that a job refused, with the reason.",
        DeadLettered.class,
        Lane.DEAD_LETTER,
        null,
        partitions,
        Cleanup.DELETE,
        View.TABLE,
        null);
  }
}
