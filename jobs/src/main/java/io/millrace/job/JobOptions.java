package io.millrace.job;

import io.millrace.connector.kafka.KafkaOptions;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** Options of every job beside those of its topics and stores. */
public final class JobOptions {
  /** How long a window stays open after its end. */
  public static final ConfigOption<Duration> ALLOWED_LATENESS =
      ConfigOptions.key("allowed-lateness")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "How long a window stays open after its end, in event time; it is published then.");

  /** The order in which a job that joins several inputs applies them. */
  public static final ConfigOption<Order> ORDER =
      ConfigOptions.key("order")
          .enumType(Order.class)
          .noDefaultValue()
          .withDescription(
              "Order in which several inputs are applied: event-time (the default of a bounded run)"
                  + " or arrival (the default of a live one). No effect on a job with one input.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL = List.of(ALLOWED_LATENESS, ORDER);

  private JobOptions() {}

  /** The order that the options ask for. */
  public static Order order(JobConfig config) {
    return config.get(ORDER, config.get(KafkaOptions.BOUNDED) ? Order.EVENT_TIME : Order.ARRIVAL);
  }

  /** The orders in which several inputs are applied. */
  public enum Order {
    /** By event time, as the joint watermark passes. */
    EVENT_TIME,
    /** As records arrive. */
    ARRIVAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
