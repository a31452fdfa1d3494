package io.millrace.connector.kafka;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.typeutils.EitherTypeInfo;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Turns a record's bytes into a value, or into the dead letter that says why they are none. */
final class TopicDeserializer<V>
    implements KafkaRecordDeserializationSchema<Either<DeadLettered, V>> {
  private static final long serialVersionUID = 1L;

  private static final List<TimeUnit> MISTAKEN_UNITS =
      List.of(TimeUnit.SECONDS, TimeUnit.MICROSECONDS, TimeUnit.NANOSECONDS);

  private final TopicForm<V> form;
  private final String job;
  private final long eventTimeMin;
  private final long maxAheadMillis;
  private final SerializableSupplier<Long> clock;
  private final boolean isConfidential;

  private transient TopicForm.Reader<V> reader;
  private transient ToLongFunction<V> eventTime;

  /** The latest event time that was acceptable when the clock was last asked. */
  private transient long acceptable;

  /**
   * A deserializer of one topic's records.
   *
   * @param form what a record becomes
   * @param job name of the job, for its dead letters
   * @param eventTimeMin the earliest event time, in milliseconds since the epoch
   * @param maxAheadMillis how far event times may be beyond the clock; not negative
   * @param clock the time now, in milliseconds since the epoch
   */
  TopicDeserializer(
      TopicForm<V> form,
      String job,
      long eventTimeMin,
      long maxAheadMillis,
      SerializableSupplier<Long> clock) {
    this(form, job, eventTimeMin, maxAheadMillis, clock, false);
  }

  /**
   * The same.
   *
   * @param isConfidential whether dead letters carry no payload
   */
  TopicDeserializer(
      TopicForm<V> form,
      String job,
      long eventTimeMin,
      long maxAheadMillis,
      SerializableSupplier<Long> clock,
      boolean isConfidential) {
    this.form = form;
    this.job = job;
    this.eventTimeMin = eventTimeMin;
    // So that a time of day can be added to it.
    this.maxAheadMillis = Math.min(maxAheadMillis, Long.MAX_VALUE / 2);
    this.clock = clock;
    this.isConfidential = isConfidential;
  }

  @Override
  public void open(DeserializationSchema.InitializationContext context) {
    reader = form.reader();
    eventTime = form.eventTime();
    acceptable = Long.MIN_VALUE;
  }

  @Override
  public void deserialize(
      ConsumerRecord<byte[], byte[]> record, Collector<Either<DeadLettered, V>> out) {
    try {
      out.collect(Either.Right(value(record)));
    } catch (RejectedException e) {
      out.collect(Either.Left(letter(e, record)));
    }
  }

  private DeadLettered letter(RejectedException refused, ConsumerRecord<byte[], byte[]> record) {
    String message = String.valueOf(refused.getMessage());
    return isConfidential
        ? DeadLetters.confidential(
            job, refused.stage(), refused.rejection(), message, RecordOrigin.of(record))
        : DeadLetters.of(
            job,
            refused.stage(),
            refused.rejection(),
            message,
            DeadLetters.Origin.of(record),
            record.key(),
            record.value());
  }

  @Override
  public TypeInformation<Either<DeadLettered, V>> getProducedType() {
    return new EitherTypeInfo<>(TypeInformation.of(DeadLettered.class), form.type());
  }

  @SuppressWarnings("NullAway") // A Kafka record may have no value; the client does not say so.
  private V value(ConsumerRecord<byte[], byte[]> record) throws RejectedException {
    byte[] bytes = record.value();
    if (bytes == null) {
      throw new RejectedException(
          Stage.DECODE, Rejection.EMPTY, "the record has no value (a tombstone)");
    }
    V value = reader.read(bytes, record);
    long at = eventTime.applyAsLong(value);
    boolean isAbsent = at == EventTimes.ABSENT && form.mayLackTime();
    if ((at < eventTimeMin || at > acceptable) && !isAbsent) {
      checkTime(at);
    }
    return value;
  }

  private void checkTime(long at) throws RejectedException {
    acceptable = clock.get() + maxAheadMillis;
    if (at < eventTimeMin) {
      throw outOfTime(
          Rejection.TOO_OLD, at, acceptable, "before --" + KafkaOptions.EVENT_TIME_MIN.key());
    }
    if (at > acceptable) {
      throw outOfTime(
          Rejection.TOO_FAR_AHEAD,
          at,
          acceptable,
          "further beyond the clock than --" + KafkaOptions.MAX_AHEAD.key());
    }
  }

  private RejectedException outOfTime(Rejection rejection, long at, long latest, String why) {
    return new RejectedException(
        Stage.TIME,
        rejection,
        String.format(
            "the event time %d (%s) is %s%s",
            at, Instant.ofEpochMilli(at), why, unitHint(at, latest)));
  }

  /** Names the unit that would make the time acceptable. */
  private String unitHint(long at, long latest) {
    for (TimeUnit unit : MISTAKEN_UNITS) {
      long millis = unit.toMillis(at);
      if (millis >= eventTimeMin && millis <= latest) {
        return String.format(
            "; as %s it would be %s, but milliseconds are meant",
            unit.name().toLowerCase(Locale.ROOT), Instant.ofEpochMilli(millis));
      }
    }
    return "";
  }
}
