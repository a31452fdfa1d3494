package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.codec.EventTimes;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The times of records, by which several files of one topic are fed in turn. */
@FunctionalInterface
interface RecordTimes {
  /**
   * The time of a record, in milliseconds since the epoch, or {@code before}, that of the record
   * before it, where it has none that the job would take.
   */
  long of(ProducerRecord<byte[], byte[]> record, long before);

  /**
   * The times of a topic's records: of raw lines those that they came in at, of others their event
   * times, which some results lack.
   *
   * @param isAccepted whether the job would take a time, in milliseconds since the epoch
   */
  static <T extends Record> RecordTimes of(Topic<T> topic, LongPredicate isAccepted) {
    if (topic.isRaw()) {
      return (record, before) -> {
        Long at = record.timestamp();
        return at != null && isAccepted.test(at) ? at : before;
      };
    }
    if (topic.lane() != Lane.INPUT && !EventTimes.isGiven(topic.type())) {
      return (record, before) -> before;
    }
    JsonCodec<T> codec = topic.codec();
    ToLongFunction<T> eventTime = EventTimes.of(topic.type());
    return (record, before) -> {
      try {
        long at = eventTime.applyAsLong(codec.decode(record.value()));
        return isAccepted.test(at) ? at : before;
      } catch (RejectedException e) {
        return before;
      }
    };
  }
}
