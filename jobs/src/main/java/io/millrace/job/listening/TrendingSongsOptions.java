package io.millrace.job.listening;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.chart.ChartKind;
import io.millrace.operator.chart.ChartSpec;
import io.millrace.operator.window.PanedWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of trending songs. */
public final class TrendingSongsOptions {
  /** Which charts. */
  public static final ConfigOption<String> CHART =
      ConfigOptions.key("chart")
          .stringType()
          .defaultValue("windowed,decayed,novelty")
          .withDescription(
              "Which charts: a comma list of windowed (by plays in the window), decayed (by plays"
                  + " that weigh less with time) and novelty (by plays against the song's own 24"
                  + " windows before).");

  /** Length of a window. */
  public static final ConfigOption<Duration> WINDOW =
      ConfigOptions.key("window")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription("Length of a window in event time, aligned to the epoch.");

  /** Distance between two windows. */
  public static final ConfigOption<Duration> SLIDE =
      ConfigOptions.key("slide")
          .durationType()
          .defaultValue(Duration.ofMinutes(5))
          .withDescription(
              "Distance between two windows; it must divide the window. Default: 5 min, or the"
                  + " window where that is shorter.");

  /** The most entries of a chart. */
  public static final ConfigOption<Integer> K =
      ConfigOptions.key("k")
          .intType()
          .defaultValue(100)
          .withDescription("The most entries of a chart, from 1 to 10000.");

  /** How long a play lasts that counts. */
  public static final ConfigOption<Duration> MIN_PLAYED =
      ConfigOptions.key("min-played")
          .durationType()
          .defaultValue(Duration.ofSeconds(30))
          .withDescription("A play counts if it lasted at least so long.");

  /** In what time the weight of a play falls to half. */
  public static final ConfigOption<Duration> HALF_LIFE =
      ConfigOptions.key("half-life")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription("In what time the weight of a play falls to half in the decayed chart.");

  /** How many plays of a listener count. */
  public static final ConfigOption<Integer> LISTENER_CAP =
      ConfigOptions.key("listener-cap")
          .intType()
          .defaultValue(10)
          .withDescription(
              "How many plays of one listener of one song count in a window; 0 for all.");

  /** In what time a play is counted once. */
  public static final ConfigOption<Duration> DEDUP_HORIZON =
      ConfigOptions.key("dedup-horizon")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "Plays with the same playId less than so far apart in event time count once; 0s for"
                  + " all.");

  /** How many plays a song needs to be new. */
  public static final ConfigOption<Integer> MIN_SUPPORT =
      ConfigOptions.key("min-support")
          .intType()
          .defaultValue(20)
          .withDescription(
              "How many plays a song needs in the window to be in the novelty chart; at least 1.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(
          CHART, WINDOW, SLIDE, K, MIN_PLAYED, HALF_LIFE, LISTENER_CAP, DEDUP_HORIZON, MIN_SUPPORT);

  private TrendingSongsOptions() {}

  /** What charts are made and how. */
  static ChartSpec spec(JobConfig config) {
    long window = config.millis(WINDOW);
    long slide = config.get(SLIDE, Duration.ofMillis(Math.min(window, defaultSlide()))).toMillis();
    return new ChartSpec(
        new PanedWindows(window, slide, config.millis(JobOptions.ALLOWED_LATENESS)),
        kinds(config),
        config.get(K),
        config.millis(HALF_LIFE),
        config.get(LISTENER_CAP),
        config.get(MIN_SUPPORT),
        config.millis(KafkaOptions.MAX_AHEAD),
        ChartSpec.DEFAULT_LOCAL_BYTES);
  }

  private static long defaultSlide() {
    return SLIDE.defaultValue().toMillis();
  }

  private static List<ChartKind> kinds(JobConfig config) {
    List<ChartKind> kinds = new ArrayList<>();
    for (String given : config.get(CHART).split(",", -1)) {
      String code = given.strip();
      kinds.add(
          Arrays.stream(ChartKind.values())
              .filter(kind -> kind.code().equals(code))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          String.format(
                              "no chart \"%s\"; valid, each once: %s",
                              code, CHART.defaultValue()))));
    }
    return kinds;
  }
}
