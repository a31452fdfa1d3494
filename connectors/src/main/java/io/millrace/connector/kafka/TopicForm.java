package io.millrace.connector.kafka;

import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.JsonProjection;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.codec.RejectedException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * As what a job has the records of a topic.
 *
 * @param <V> what a record becomes
 */
sealed interface TopicForm<V> extends Serializable {
  /** Reads records, in one thread. */
  interface Reader<V> {
    V read(byte[] json) throws RejectedException;
  }

  /** What a record becomes. */
  Class<V> type();

  Reader<V> reader();

  /** The event time of what was read, in milliseconds since the epoch. */
  ToLongFunction<V> eventTime();

  /** All fields, as a value of the topic's type. */
  record AllFields<T extends Record>(Class<T> type) implements TopicForm<T> {
    @Override
    public Reader<T> reader() {
      return JsonCodec.of(type)::decode;
    }

    @Override
    public ToLongFunction<T> eventTime() {
      return EventTimes.of(type);
    }
  }

  /**
   * Some fields of a topic's type.
   *
   * @param of the topic's type
   * @param fields see {@link JsonProjection#of}, which refuses others
   */
  record SomeFields(Class<? extends Record> of, List<String> fields)
      implements TopicForm<Projected> {
    public SomeFields {
      fields = List.copyOf(fields);
      JsonProjection.of(of, fields);
    }

    @Override
    public Class<Projected> type() {
      return Projected.class;
    }

    @Override
    public Reader<Projected> reader() {
      return JsonProjection.of(of, fields)::read;
    }

    @Override
    public ToLongFunction<Projected> eventTime() {
      return Projected::at;
    }
  }

  /**
   * The same of values that may start with a schema registry's frame, which is skipped. JSON never
   * starts with a zero byte.
   *
   * <p><b>Source</b>: the wire format of Confluent's Schema Registry: a magic byte of 0 and the
   * schema's id in four bytes.
   */
  record Framed<V>(TopicForm<V> of) implements TopicForm<V> {
    private static final int FRAME_BYTES = 1 + Integer.BYTES;

    @Override
    public Class<V> type() {
      return of.type();
    }

    @Override
    public Reader<V> reader() {
      Reader<V> reader = of.reader();
      return value ->
          reader.read(
              value.length >= FRAME_BYTES && value[0] == 0
                  ? Arrays.copyOfRange(value, FRAME_BYTES, value.length)
                  : value);
    }

    @Override
    public ToLongFunction<V> eventTime() {
      return of.eventTime();
    }
  }
}
