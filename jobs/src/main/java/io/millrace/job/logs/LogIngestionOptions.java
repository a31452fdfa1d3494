package io.millrace.job.logs;

import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LogLevel;
import io.millrace.operator.logline.Redaction;
import io.millrace.operator.logs.LogSpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;

/** The options of log ingestion. */
public final class LogIngestionOptions {
  /** The source of lines that name none. */
  public static final ConfigOption<String> SOURCE =
      ConfigOptions.key("source")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The source of lines without a header source, such as those of a .log file that the"
                  + " local cluster feeds. Without it they are dead letters.");

  /** How lines of other sources are read. */
  public static final ConfigOption<String> FORMAT =
      ConfigOptions.key("format")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Format of the lines of sources that are not in log.sources: json, logfmt, combined,"
                  + " common, rfc3164, rfc5424 or log4j. Without it they are dead letters.");

  /** Zone of times of those. */
  public static final ConfigOption<String> ZONE =
      ConfigOptions.key("zone")
          .stringType()
          .defaultValue("UTC")
          .withDescription("Zone of times that name none, of sources that are not in log.sources.");

  /** What is taken out of what is published. */
  public static final ConfigOption<String> REDACT =
      ConfigOptions.key("redact")
          .stringType()
          .defaultValue("secrets,cards")
          .withDescription(
              "Comma list of what is taken out of records, alerts and dead letters: secrets, cards;"
                  + " or none.");

  /** Whether equal records are one. */
  public static final ConfigOption<Boolean> COLLAPSE =
      ConfigOptions.key("collapse")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether a record stands for those right after it in its source and partition that"
                  + " say the same within a minute, with their count, the first and the last time.");

  /** The least level of records that are kept in the index. */
  public static final ConfigOption<String> MIN_LEVEL =
      ConfigOptions.key("min-level")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Records of a lower level are counted and published, but not in OpenSearch: TRACE,"
                  + " DEBUG, INFO, NOTICE, WARN, ERROR or FATAL. Without it all are, as are those"
                  + " without a level.");

  /** Whether lines are known by their offsets. */
  public static final ConfigOption<Boolean> DEDUP =
      ConfigOptions.key("dedup")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether a line is taken once though its offset comes again. With false, lines that"
                  + " are records by themselves are read in the task that has them from Kafka,"
                  + " which is much faster.");

  /** Whether records go to their topic. */
  public static final ConfigOption<Boolean> PUBLISH_RECORDS =
      ConfigOptions.key("publish-records")
          .booleanType()
          .defaultValue(true)
          .withDescription(
              "Whether records are published to log-ingestion.records. With false they are in the"
                  + " stores alone.");

  /** The largest record. */
  public static final ConfigOption<MemorySize> MAX_LINE =
      ConfigOptions.key("max-line")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(1))
          .withDescription("The largest line, and the largest record of several; more is refused.");

  /** Days that are brought back. */
  public static final ConfigOption<String> RECALL =
      ConfigOptions.key("recall")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Comma list of days of UTC, such as 2026-11-24, whose documents are brought back into"
                  + " OpenSearch: lines are read from the archive instead of logs.raw, and nothing"
                  + " is published. Needs --archive, --bounded true, --start-from earliest and a"
                  + " --job-name of its own.");

  /** How late lines of those came in. */
  public static final ConfigOption<Integer> RECALL_LATE =
      ConfigOptions.key("recall-late")
          .intType()
          .defaultValue(1)
          .withDescription(
              "With --recall: how many days after its own a line may have come in, from 0 to 366.");

  /** How long versions of media files are known. */
  public static final ConfigOption<Duration> MEDIA_HORIZON =
      ConfigOptions.key("media-horizon")
          .durationType()
          .defaultValue(Duration.ofDays(30))
          .withDescription(
              "How long the last version of a media file is remembered, in event time: in it a"
                  + " version that comes again is passed over, and one that says something else is"
                  + " a dead letter. From 1ms to 3650d.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(
          SOURCE,
          FORMAT,
          ZONE,
          REDACT,
          COLLAPSE,
          DEDUP,
          PUBLISH_RECORDS,
          MIN_LEVEL,
          MAX_LINE,
          ArchiveOptions.ARCHIVE,
          ArchiveOptions.ARCHIVE_FORMAT,
          ArchiveOptions.ARCHIVE_ROLL_SIZE,
          ArchiveOptions.ARCHIVE_ROLL_INTERVAL,
          RECALL,
          RECALL_LATE,
          MEDIA_HORIZON);

  private static final int MOST_HORIZON_DAYS = 3_650;
  private static final String NONE = "none";
  private static final List<LineFormat> SELF_EXPLANATORY =
      Arrays.stream(LineFormat.values())
          .filter(format -> format != LineFormat.CSV && format != LineFormat.PATTERN)
          .toList();

  private LogIngestionOptions() {}

  /**
   * How logs are read.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  static LogSpec spec(JobConfig config) {
    boolean bounded = config.get(KafkaOptions.BOUNDED);
    return new LogSpec(
        new AvroLines(),
        unknown(config),
        redaction(config.get(REDACT)),
        config.get(COLLAPSE),
        leastLevel(config.get(MIN_LEVEL, "")),
        Math.toIntExact(config.get(MAX_LINE).getBytes()),
        KafkaOptions.eventTimeMin(config.configuration()),
        config.millis(KafkaOptions.MAX_AHEAD),
        config.millis(JobOptions.ALLOWED_LATENESS),
        JobOptions.order(config) == JobOptions.Order.EVENT_TIME,
        config.get(DEDUP) || !config.get(RECALL, "").isEmpty(),
        !bounded);
  }

  /**
   * How long versions of media files are known.
   *
   * @throws IllegalArgumentException where the option is out of its range
   */
  static long mediaHorizonMillis(JobConfig config) {
    Duration horizon = config.get(MEDIA_HORIZON);
    if (horizon.compareTo(Duration.ofMillis(1)) < 0
        || horizon.compareTo(Duration.ofDays(MOST_HORIZON_DAYS)) > 0) {
      throw new IllegalArgumentException(
          "--media-horizon must be from 1ms to 3650d, found " + horizon);
    }
    return horizon.toMillis();
  }

  private static @Nullable LineSource unknown(JobConfig config) {
    String code = config.get(FORMAT, "");
    if (code.isEmpty()) {
      return null;
    }
    for (LineFormat format : SELF_EXPLANATORY) {
      if (format.name().toLowerCase(Locale.ROOT).equals(code)) {
        LineSource source = LineSource.of("", format, config.get(ZONE));
        LineParser.of(source);
        return source;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "no format \"%s\"; valid for --format: %s, and in log.sources also csv and pattern",
            code,
            SELF_EXPLANATORY.stream()
                .map(format -> format.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "))));
  }

  private static Redaction redaction(String given) {
    if (given.equals(NONE)) {
      return Redaction.NONE;
    }
    TreeSet<String> kinds =
        Arrays.stream(given.split(",", -1))
            .map(String::strip)
            .collect(Collectors.toCollection(TreeSet::new));
    boolean secrets = kinds.remove("secrets");
    boolean cards = kinds.remove("cards");
    if (!kinds.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              "nothing called \"%s\" can be redacted; valid for --redact: secrets, cards, none",
              kinds.first()));
    }
    return new Redaction(secrets, cards);
  }

  private static @Nullable LogLevel leastLevel(String given) {
    if (given.isEmpty()) {
      return null;
    }
    LogLevel level = LogLevel.of(given);
    if (level == null) {
      throw new IllegalArgumentException(
          String.format(
              "no level \"%s\"; valid for --min-level: %s",
              given, Arrays.toString(LogLevel.values())));
    }
    return level;
  }
}
