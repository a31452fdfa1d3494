package io.millrace.connector.kafka;

import io.millrace.connector.lane.RecordOrigin;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.JsonProjection;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.codec.RejectedException;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * As what a job has the records of a topic.
 *
 * @param <V> what a record becomes
 */
sealed interface TopicForm<V> extends Serializable {
  /** Reads records, in one thread. */
  interface Reader<V> {
    /**
     * Reads one.
     *
     * @param json its value, without what may frame it
     * @param record where it comes from
     */
    V read(byte[] json, ConsumerRecord<byte[], byte[]> record) throws RejectedException;
  }

  /** What a record becomes. */
  TypeInformation<V> type();

  Reader<V> reader();

  /** The event time of what was read, in milliseconds since the epoch. */
  ToLongFunction<V> eventTime();

  /** Whether what was read may have no event time. */
  default boolean mayLackTime() {
    return false;
  }

  /** All fields, as a value of the topic's type. */
  record AllFields<T extends Record>(Class<T> of) implements TopicForm<T> {
    @Override
    public TypeInformation<T> type() {
      return TypeInformation.of(of);
    }

    @Override
    public Reader<T> reader() {
      JsonCodec<T> codec = JsonCodec.of(of);
      return (json, record) -> codec.decode(json);
    }

    @Override
    public ToLongFunction<T> eventTime() {
      return EventTimes.of(of);
    }

    @Override
    public boolean mayLackTime() {
      return EventTimes.isOptional(of);
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
    public TypeInformation<Projected> type() {
      return TypeInformation.of(Projected.class);
    }

    @Override
    public Reader<Projected> reader() {
      JsonProjection<?> projection = JsonProjection.of(of, fields);
      return (json, record) -> projection.read(json);
    }

    @Override
    public ToLongFunction<Projected> eventTime() {
      return Projected::at;
    }
  }

  /** Values together with where they come from. */
  record WithOrigin<V>(TopicForm<V> of) implements TopicForm<Tuple2<V, RecordOrigin>> {
    @Override
    public TypeInformation<Tuple2<V, RecordOrigin>> type() {
      return new TupleTypeInfo<>(of.type(), TypeInformation.of(RecordOrigin.class));
    }

    @Override
    public Reader<Tuple2<V, RecordOrigin>> reader() {
      Reader<V> reader = of.reader();
      return (json, record) -> Tuple2.of(reader.read(json, record), RecordOrigin.of(record));
    }

    @Override
    public ToLongFunction<Tuple2<V, RecordOrigin>> eventTime() {
      ToLongFunction<V> eventTime = of.eventTime();
      return value -> eventTime.applyAsLong(value.f0);
    }

    @Override
    public boolean mayLackTime() {
      return of.mayLackTime();
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
    public TypeInformation<V> type() {
      return of.type();
    }

    @Override
    public Reader<V> reader() {
      Reader<V> reader = of.reader();
      return (value, record) ->
          reader.read(
              value.length >= FRAME_BYTES && value[0] == 0
                  ? Arrays.copyOfRange(value, FRAME_BYTES, value.length)
                  : value,
              record);
    }

    @Override
    public ToLongFunction<V> eventTime() {
      return of.eventTime();
    }

    @Override
    public boolean mayLackTime() {
      return of.mayLackTime();
    }
  }
}
