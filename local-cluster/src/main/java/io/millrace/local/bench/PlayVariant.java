package io.millrace.local.bench;

import io.millrace.schema.Topics;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of the programs that read plays. */
enum PlayVariant implements TopicVariant {
  /** They are decoded with Jackson's streaming parser and discarded. */
  FLOOR("floor", 0),
  /** The same, with an exchange by song before they are discarded. */
  EXCHANGE("exchange", 0),
  /** Trending songs with its defaults, without stores. */
  TRENDING_SONGS("trending-songs", 12),
  /** The same, where plays are neither looked at for repetitions nor capped. */
  UNCAPPED("uncapped", 12),
  /** As {@link #UNCAPPED}, a window after the other. */
  TUMBLING("tumbling", 1),
  /** As {@link #UNCAPPED}, with 60 times as many windows. */
  SLIDING("sliding", 60),
  /** As {@link #UNCAPPED}, with charts by plays in the window alone. */
  WINDOWED("windowed", 12),
  /** The same charts in Flink SQL. */
  FLINK_SQL("flink-sql", 12);

  private static final String BENCH = "io.millrace.job.bench.";
  private static final List<String> CHART_TOPICS =
      List.of(
          Topics.TRENDING_SONGS_CHARTS.name(),
          Topics.TRENDING_SONGS_LATE.name(),
          Topics.LISTENING_PLAYS_DLQ.name(),
          Topics.LISTENING_SONGS_DLQ.name(),
          Topics.TRENDING_SONGS_LIVE.name());

  private final String code;
  private final int slides;

  PlayVariant(String code, int slides) {
    this.code = code;
    this.slides = slides;
  }

  @Override
  public String code() {
    return code;
  }

  @Override
  public List<String> description() {
    return switch (this) {
      case FLOOR -> List.of("decodes with Jackson's streaming parser and discards");
      case EXCHANGE -> List.of("the same, with an exchange by song before it discards");
      case TRENDING_SONGS -> List.of("the job with its defaults, without stores");
      case UNCAPPED -> List.of("the same with --dedup-horizon 0s --listener-cap 0");
      case TUMBLING -> List.of("uncapped with --slide 1h: each play is in one window");
      case SLIDING -> List.of("uncapped with --slide 1m: each play is in 60 windows");
      case WINDOWED -> List.of("uncapped with --chart windowed");
      case FLINK_SQL ->
          List.of(
              "window Top-N over a count in HOP windows with GROUPING SETS for all regions together",
              "exactly-once sink; RocksDB; mini-batch of 2 s and 5000 rows, TWO_PHASE, object reuse",
              "SQL's Kafka connector and JSON format; only four columns are parsed",
              "neither distinct listeners nor what songs were before");
    };
  }

  /** Whether it publishes charts as trending songs does. */
  boolean isJob() {
    return slides > 0 && this != FLINK_SQL;
  }

  /** Whether a play counts once, and a listener not without end. */
  boolean isCapped() {
    return this == TRENDING_SONGS;
  }

  /** Distance between the windows that it publishes. */
  long slideMillis() {
    return PlayLoad.WINDOW_MILLIS / slides;
  }

  /** The charts that it publishes. */
  List<String> charts() {
    return switch (this) {
      case FLOOR, EXCHANGE, FLINK_SQL -> List.of();
      case TRENDING_SONGS, UNCAPPED, TUMBLING, SLIDING -> List.of("windowed", "decayed", "novelty");
      case WINDOWED -> List.of("windowed");
    };
  }

  @Override
  public List<String> outputs() {
    if (this == FLINK_SQL) {
      return List.of("flink-sql.charts");
    }
    return isJob() ? CHART_TOPICS : List.of();
  }

  @Override
  public String mainClass() {
    return switch (this) {
      case FLOOR, EXCHANGE -> BENCH + "PlayFloorJob";
      case TRENDING_SONGS, UNCAPPED, TUMBLING, SLIDING, WINDOWED ->
          "io.millrace.job.listening.TrendingSongsJob";
      case FLINK_SQL -> BENCH + "PlaySqlJob";
    };
  }

  @Override
  public List<String> arguments(Path directory) {
    if (!isJob()) {
      return this == FLINK_SQL ? List.of("--create-topics", "true") : List.of("--variant", code);
    }
    List<String> arguments = new ArrayList<>(List.of("--create-topics", "true"));
    arguments.addAll(List.of("--stores", "none"));
    arguments.addAll(List.of("--slide", slideMillis() + "ms"));
    arguments.addAll(List.of("--chart", String.join(",", charts())));
    if (!isCapped()) {
      arguments.addAll(List.of("--dedup-horizon", "0s", "--listener-cap", "0"));
    }
    return arguments;
  }
}
