package io.millrace.job.location;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.geo.ShareSpec;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of location fan-out. */
public final class LocationFanoutOptions {
  /** The greatest speed of anybody. */
  public static final ConfigOption<Double> MAX_SPEED =
      ConfigOptions.key("max-speed")
          .doubleType()
          .defaultValue(340.0)
          .withDescription(
              "Metres a second; a position that is further from the one before is a dead letter. 0"
                  + " for no such rule.");

  /** In what time a viewer gets one position. */
  public static final ConfigOption<Duration> COALESCE =
      ConfigOptions.key("coalesce")
          .durationType()
          .defaultValue(Duration.ZERO)
          .withDescription(
              "A viewer gets at most one position of an owner in so long, in event time: the first"
                  + " at once, then the newest when it is over. 0s for every position.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL = List.of(MAX_SPEED, COALESCE);

  private LocationFanoutOptions() {}

  /** How positions are shared. */
  static ShareSpec spec(JobConfig config) {
    return new ShareSpec(
        config.get(MAX_SPEED),
        config.millis(COALESCE),
        JobOptions.order(config) == JobOptions.Order.EVENT_TIME,
        !config.get(KafkaOptions.BOUNDED));
  }
}
