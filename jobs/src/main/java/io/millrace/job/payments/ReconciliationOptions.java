package io.millrace.job.payments;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.reconcile.ReconcileSpec;
import java.time.Duration;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of reconciliation. */
public final class ReconciliationOptions {
  /** How long entries are remembered. */
  public static final ConfigOption<Duration> RETENTION =
      ConfigOptions.key("retention")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long an entry is remembered after its window has passed, so that repetitions,"
                  + " late partners and decisions find it; 0s: no id is remembered, and what has"
                  + " matched is forgotten at once.");

  /** How often days are summed up. */
  public static final ConfigOption<Duration> TIE_OUT_PERIOD =
      ConfigOptions.key("tie-out-period")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "How often the sums of a day are published while they change, in event time; a"
                  + " bounded run publishes them once, at its end.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL = List.of(RETENTION, TIE_OUT_PERIOD);

  private ReconciliationOptions() {}

  /** How entries are reconciled. */
  static ReconcileSpec spec(JobConfig config) {
    return new ReconcileSpec(
        config.millis(RETENTION),
        JobOptions.order(config) == JobOptions.Order.EVENT_TIME,
        config.get(KafkaOptions.BOUNDED) ? ReconcileSpec.AT_END : config.millis(TIE_OUT_PERIOD));
  }
}
