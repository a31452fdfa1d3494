package io.millrace.connector.kafka;

import io.millrace.connector.lane.DeadLetters;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.streaming.api.environment.CheckpointConfig;

/** The options of a job's topics. */
public final class KafkaOptions {
  /** Keys with this prefix are properties of Kafka's clients. */
  public static final String CLIENT_PREFIX = "kafka.";

  /** Name of this instance of the job. */
  public static final ConfigOption<String> JOB_NAME =
      ConfigOptions.key("job-name")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Name of this instance: its consumer group and the prefix of its transactional ids."
                  + " Two instances that run at once need two names. Default: the job's name.");

  /** Where the brokers are. */
  public static final ConfigOption<String> BOOTSTRAP =
      ConfigOptions.key("bootstrap")
          .stringType()
          .noDefaultValue()
          .withDescription("Kafka's brokers: host:port, several with commas. Required.");

  /** Prefix of every topic's name. */
  public static final ConfigOption<String> TOPIC_PREFIX =
      ConfigOptions.key("topic-prefix")
          .stringType()
          .defaultValue("")
          .withDescription("Prefix of the name of every topic, such as \"staging.\".");

  /** Where to start without a savepoint. */
  public static final ConfigOption<String> START_FROM =
      ConfigOptions.key("start-from")
          .stringType()
          .defaultValue("group")
          .withDescription(
              "Where to start without a savepoint: group (the group's offsets, then earliest),"
                  + " earliest, latest or timestamp:<milliseconds>.");

  /** Whether to stop at the end. */
  public static final ConfigOption<Boolean> BOUNDED =
      ConfigOptions.key("bounded")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether to stop at the end that the inputs have at the start, with every window"
                  + " published.");

  /** Whether missing topics are created. */
  public static final ConfigOption<Boolean> CREATE_TOPICS =
      ConfigOptions.key("create-topics")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether topics that are missing are created.");

  /** How far records may be out of order. */
  public static final ConfigOption<Duration> MAX_OUT_OF_ORDERNESS =
      ConfigOptions.key("max-out-of-orderness")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("How far records of one partition may be out of order, in event time.");

  /** When a partition counts as idle. */
  public static final ConfigOption<Duration> IDLE_TIMEOUT =
      ConfigOptions.key("idle-timeout")
          .durationType()
          .defaultValue(Duration.ofSeconds(10))
          .withDescription(
              "After how long without a valid record a partition no longer holds back the others;"
                  + " 0s: never. A bounded run has no idle partitions.");

  /** The earliest event time. */
  public static final ConfigOption<String> EVENT_TIME_MIN =
      ConfigOptions.key("event-time-min")
          .stringType()
          .defaultValue("2000-01-01T00:00:00Z")
          .withDescription("Records with an earlier event time are dead letters.");

  /** How far event times may be beyond the wall clock. */
  public static final ConfigOption<Duration> MAX_AHEAD =
      ConfigOptions.key("max-ahead")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription(
              "Records whose event time is further beyond the wall clock are dead letters.");

  /** How results are written. */
  public static final ConfigOption<Guarantee> GUARANTEE =
      ConfigOptions.key("guarantee")
          .enumType(Guarantee.class)
          .defaultValue(Guarantee.EXACTLY_ONCE)
          .withDescription("How results are written: exactly-once or at-least-once.");

  /** What becomes of the job when rows are lost. */
  public static final ConfigOption<LostTransactions> LOST_TRANSACTIONS =
      ConfigOptions.key("lost-transactions")
          .enumType(LostTransactions.class)
          .defaultValue(LostTransactions.FAIL)
          .withDescription(
              "What becomes of the job when Kafka has aborted rows of a complete checkpoint: fail"
                  + " (it ends with a message that says which) or accept (the message is logged and"
                  + " the job goes on).");

  /** Whether values may be framed as a schema registry's clients do. */
  public static final ConfigOption<Boolean> REGISTRY_FRAMES =
      ConfigOptions.key("registry-frames")
          .booleanType()
          .defaultValue(false)
          .withDescription(
              "Whether input values may start with a schema registry's frame, a zero byte and four"
                  + " of the schema's id, which is skipped; values without are read as they are.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(
          BOOTSTRAP,
          BOUNDED,
          CREATE_TOPICS,
          EVENT_TIME_MIN,
          GUARANTEE,
          IDLE_TIMEOUT,
          JOB_NAME,
          LOST_TRANSACTIONS,
          MAX_AHEAD,
          MAX_OUT_OF_ORDERNESS,
          REGISTRY_FRAMES,
          START_FROM,
          TOPIC_PREFIX);

  /*
   * The connector's own default, one hour, is above what a broker allows by default, and then no sink
   * starts. 15 minutes is the broker's default limit.
   */
  private static final long DEFAULT_TRANSACTION_TIMEOUT_MILLIS = 900_000;

  /*
   * Flink takes up to 50 s to notice that a machine is gone (heartbeat.timeout), and then starts the
   * job again and commits.
   */
  private static final Duration RESTART_BUDGET = Duration.ofMinutes(1);

  /** How long to wait for an answer unless the user says otherwise. */
  private static final String ANSWER_TIMEOUT_MILLIS = "20000";

  private static final Pattern TIMESTAMP = Pattern.compile("timestamp:(\\d{1,18})");
  private static final Pattern VALID_PREFIX = Pattern.compile("[A-Za-z0-9._-]*");

  private KafkaOptions() {}

  /** The properties that every Kafka client of the job gets. */
  static Properties clientProperties(Configuration config) {
    Properties properties = new Properties();
    for (Map.Entry<String, String> entry : config.toMap().entrySet()) {
      if (entry.getKey().startsWith(CLIENT_PREFIX)) {
        properties.setProperty(entry.getKey().substring(CLIENT_PREFIX.length()), entry.getValue());
      }
    }
    properties.setProperty("bootstrap.servers", required(config, BOOTSTRAP));
    return properties;
  }

  /** The properties of clients that ask for something while somebody waits. */
  static Properties adminProperties(Configuration config) {
    Properties properties = clientProperties(config);
    String call = "default.api.timeout.ms";
    String request = "request.timeout.ms";
    // A call may not end before its first request does, so either is the default of the other.
    properties.putIfAbsent(call, properties.getProperty(request, ANSWER_TIMEOUT_MILLIS));
    properties.putIfAbsent(request, properties.getProperty(call));
    return properties;
  }

  /** The properties of the job's producers. */
  static Properties producerProperties(Configuration config) {
    Properties properties = clientProperties(config);
    properties.putIfAbsent(
        "transaction.timeout.ms", String.valueOf(DEFAULT_TRANSACTION_TIMEOUT_MILLIS));
    properties.putIfAbsent("compression.type", "lz4");
    return properties;
  }

  /** Name of a topic in this deployment. */
  static String deployedName(Configuration config, String topic) {
    return prefix(config) + topic;
  }

  /** The consumer group and the prefix of transactional ids. */
  static String instanceName(Configuration config) {
    return prefix(config) + required(config, JOB_NAME);
  }

  private static String prefix(Configuration config) {
    String prefix = config.get(TOPIC_PREFIX);
    if (!VALID_PREFIX.matcher(prefix).matches()) {
      throw invalid(TOPIC_PREFIX, prefix, "letters, digits, dots, underscores and hyphens");
    }
    return prefix;
  }

  static DeliveryGuarantee guarantee(Configuration config) {
    try {
      return switch (config.get(GUARANTEE)) {
        case EXACTLY_ONCE -> DeliveryGuarantee.EXACTLY_ONCE;
        case AT_LEAST_ONCE -> DeliveryGuarantee.AT_LEAST_ONCE;
      };
    } catch (IllegalArgumentException e) {
      throw invalid(GUARANTEE, given(config, GUARANTEE), "exactly-once or at-least-once");
    }
  }

  static LostTransactions lostTransactions(Configuration config) {
    try {
      return config.get(LOST_TRANSACTIONS);
    } catch (IllegalArgumentException e) {
      throw invalid(LOST_TRANSACTIONS, given(config, LOST_TRANSACTIONS), "fail or accept");
    }
  }

  /**
   * Makes sure that a transaction of an {@code exactly-once} job may stay open until it is
   * committed: while the job waits for its next checkpoint, while that is taken, and over one
   * restart, for which there is a minute. A job that is down for longer can lose rows all the same.
   *
   * @throws IllegalArgumentException where Kafka would abort it before; the message names the
   *     options to change
   */
  public static void requireTransactionTimeout(Configuration config, CheckpointConfig checkpoints) {
    if (guarantee(config) != DeliveryGuarantee.EXACTLY_ONCE) {
      return;
    }
    Duration wait =
        Duration.ofMillis(
            Math.max(
                checkpoints.getCheckpointInterval(), checkpoints.getMinPauseBetweenCheckpoints()));
    Duration take = Duration.ofMillis(checkpoints.getCheckpointTimeout());
    long needed = wait.plus(take).plus(RESTART_BUDGET).toMillis();
    long given = transactionTimeoutMillis(config);
    if (given < needed) {
      throw new IllegalArgumentException(
          String.format(
              "Kafka would abort the sinks' transactions after %d ms, and up to %d ms can pass until"
                  + " they are committed: %d s to the next checkpoint, %d s to take it, %d s for a"
                  + " restart. Raise --kafka.transaction.timeout.ms to that (and with it the broker's"
                  + " transaction.max.timeout.ms, if it is lower), or lower"
                  + " execution.checkpointing.timeout or execution.checkpointing.interval",
              given, needed, wait.toSeconds(), take.toSeconds(), RESTART_BUDGET.toSeconds()));
    }
  }

  /**
   * The earliest event time that is accepted, in milliseconds since the epoch.
   *
   * @throws IllegalArgumentException where the option is no time
   */
  public static long eventTimeMin(Configuration config) {
    String text = config.get(EVENT_TIME_MIN);
    try {
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (DateTimeException | ArithmeticException e) {
      throw invalid(EVENT_TIME_MIN, text, "a time with an offset such as 2000-01-01T00:00:00Z");
    }
  }

  /** A duration in milliseconds, never negative. */
  static long millis(Configuration config, ConfigOption<Duration> option) {
    try {
      long millis = config.get(option).toMillis();
      if (millis >= 0) {
        return millis;
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      // Refused below, with the text as it was given.
    }
    throw invalid(option, given(config, option), "a duration from 0s, such as 5s, 1m or 24h");
  }

  static StartingOffsets startingOffsets(Configuration config) {
    String start = config.get(START_FROM).toLowerCase(Locale.ROOT);
    Matcher timestamp = TIMESTAMP.matcher(start);
    if (timestamp.matches()) {
      return StartingOffsets.timestamp(Long.parseLong(timestamp.group(1)));
    }
    return switch (start) {
      case "group" -> StartingOffsets.GROUP;
      case "earliest" -> StartingOffsets.EARLIEST;
      case "latest" -> StartingOffsets.LATEST;
      default ->
          throw invalid(
              START_FROM,
              start,
              "earliest, group, latest or timestamp:<milliseconds since the epoch>");
    };
  }

  /**
   * The largest request that a producer may send, in bytes.
   *
   * @throws IllegalArgumentException where it can't hold a dead letter: then neither a row nor the
   *     note of its loss could be written
   */
  static int maxRequestBytes(Configuration config) {
    long least = DeadLetters.MAX_BYTES;
    long request = producerNumber(config, "max.request.size", 1 << 20, least, Integer.MAX_VALUE);
    long buffer = producerNumber(config, "buffer.memory", 32 << 20, least, Long.MAX_VALUE);
    return (int) Math.min(request, buffer);
  }

  /** How long a sink's transaction may stay open, in milliseconds. */
  static long transactionTimeoutMillis(Configuration config) {
    return producerNumber(
        config, "transaction.timeout.ms", DEFAULT_TRANSACTION_TIMEOUT_MILLIS, 1, Integer.MAX_VALUE);
  }

  private static long producerNumber(
      Configuration config, String property, long otherwise, long min, long max) {
    String given =
        producerProperties(config).getProperty(property, String.valueOf(otherwise)).strip();
    try {
      long number = Long.parseLong(given);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new IllegalArgumentException(
        String.format(
            "invalid value for --%s%s: \"%s\"; valid: a whole number from %d to %d",
            CLIENT_PREFIX, property, given, min, max));
  }

  /** The value of an option that has no default. */
  static String required(Configuration config, ConfigOption<String> option) {
    return config
        .getOptional(option)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format("option --%s is required", option.key())));
  }

  private static String given(Configuration config, ConfigOption<?> option) {
    return config.toMap().getOrDefault(option.key(), "");
  }

  private static IllegalArgumentException invalid(
      ConfigOption<?> option, String value, String valid) {
    return new IllegalArgumentException(
        String.format("invalid value for --%s: \"%s\"; valid: %s", option.key(), value, valid));
  }

  /** What becomes of a job whose rows are lost. */
  public enum LostTransactions {
    /** It ends, without a restart. */
    FAIL,
    /** The loss is logged as an error and counted as {@code numLostTransactions}. */
    ACCEPT;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How results are written. */
  public enum Guarantee {
    /** In transactions: visible to committed reads when the checkpoint is complete. */
    EXACTLY_ONCE,
    /** At once; after a failure, rows since the last checkpoint are written again. */
    AT_LEAST_ONCE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
