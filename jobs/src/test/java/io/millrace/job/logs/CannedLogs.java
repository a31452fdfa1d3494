package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schema.Topics;
import io.millrace.schema.logs.LogFormat;
import io.millrace.schema.logs.LogRuleKind;
import io.millrace.schema.logs.LogRuleSet;
import io.millrace.schema.logs.LogServiceDescribed;
import io.millrace.schema.logs.LogSourceDescribed;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Lines of four sources over ten minutes, the same for one seed, and what they are known to say: it
 * is noted as they are written, without a parser.
 */
final class CannedLogs {
  static final long START = 1_769_850_000_000L;
  static final double THRESHOLD = 12;

  private static final long MINUTE = 60_000;
  private static final int MINUTES = 10;
  private static final int PARTITIONS = 4;
  private static final int MOST_DISORDER = 180_000;
  private static final long CLOSING_AT = START + 60 * MINUTE;
  private static final String CLOSING = "closing";
  private static final DateTimeFormatter LOG4J =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss,SSS", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  /** The options of a job that reads {@link #arriving} lines in order. */
  static final Map<String, String> OPTIONS =
      Map.of("order", "event-time", "max-out-of-orderness", "4m");

  final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

  /** When each record comes in: not before its time, and at most three minutes after it. */
  private final List<Long> arrivals = new ArrayList<>();

  /** Source, time, level and message of each record. */
  final List<String> expected = new ArrayList<>();

  /** Source, level and minute, and how many there are. */
  final Map<String, Long> minutes = new TreeMap<>();

  /** Source and minute of what has too many errors. */
  private final Map<String, Map<Long, Long>> errors = new TreeMap<>();

  final List<String> refused = new ArrayList<>();
  int joined;

  /** Source and partition, and what becomes of their lines. */
  private final Map<String, Account> accounts = new TreeMap<>();

  /** What may become of a line. */
  private enum Outcome {
    INDEXED,
    JOINED,
    REFUSED
  }

  /** The lines of a source in a partition. */
  private static final class Account {
    private final Map<Outcome, Integer> lines = new EnumMap<>(Outcome.class);

    int of(Outcome outcome) {
      return lines.getOrDefault(outcome, 0);
    }

    int all() {
      return lines.values().stream().mapToInt(Integer::intValue).sum();
    }
  }

  private final String topic;
  private final Random random;
  private long arrival;

  CannedLogs(String prefix, long seed, int count) {
    this.topic = prefix + Topics.LOGS_RAW.name();
    this.random = new Random(seed);
    for (int i = 0; i < count; i++) {
      // Up to three minutes out of order.
      long since = START + MINUTE * MINUTES * i / count;
      long at = since + random.nextInt(MOST_DISORDER);
      arrival = since + MOST_DISORDER;
      boolean burst = at % (3 * MINUTE) < MINUTE;
      switch (random.nextInt(5)) {
        case 0 -> json(i, at, burst);
        case 1 -> stackTrace(i, at, burst);
        case 2 -> syslog(i, at);
        case 3 -> poison(i);
        default -> logfmt(i, at);
      }
    }
  }

  private void json(int i, long at, boolean burst) {
    boolean error = random.nextInt(burst ? 2 : 40) == 0;
    String level = error ? "ERROR" : "INFO";
    add(
        "api",
        i % PARTITIONS,
        String.format("{\"at\":%d,\"level\":\"%s\",\"msg\":\"order %d\"}", at, level, i),
        Outcome.INDEXED);
    expect("api", at, level, "order " + i);
  }

  private void stackTrace(int i, long at, boolean burst) {
    boolean error = random.nextInt(burst ? 2 : 40) == 0;
    String level = error ? "ERROR" : "WARN";
    String start = LOG4J.format(Instant.ofEpochMilli(at));
    StringBuilder message = new StringBuilder("job " + i);
    int partition = random.nextInt(PARTITIONS);
    add("worker", partition, start + " " + level + " [w] a.B - job " + i, Outcome.INDEXED);
    for (int line = error ? random.nextInt(5) : 0; line > 0; line--) {
      String next = "\tat a.B.c" + line;
      // Another source in between is none of its business.
      if (random.nextInt(4) == 0) {
        logfmt(i, at);
      }
      add("worker", partition, next, Outcome.JOINED);
      message.append('\n').append(next);
      joined++;
    }
    expect("worker", at, level, message.toString());
  }

  private void syslog(int i, long at) {
    add(
        "hosts",
        i % PARTITIONS,
        String.format("<11>1 %s h app - - - event %d", Instant.ofEpochMilli(at), i),
        Outcome.INDEXED);
    expect("hosts", at, "ERROR", "event " + i);
  }

  private void logfmt(int i, long at) {
    add(
        "queue",
        i % PARTITIONS,
        String.format("ts=%d lvl=debug msg=\"message %d\"", at, i),
        Outcome.INDEXED);
    expect("queue", at, "DEBUG", "message " + i);
  }

  private void poison(int i) {
    String source = List.of("api", "queue", "hosts", "nobody").get(i % 4);
    add(source, i % PARTITIONS, "{\"at\": poison " + i, Outcome.REFUSED);
    refused.add(source + " poison " + i);
  }

  private void add(String source, int partition, String line, Outcome outcome) {
    accounts
        .computeIfAbsent(source + " " + partition, unused -> new Account())
        .lines
        .merge(outcome, 1, Integer::sum);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, partition, START, source.getBytes(UTF_8), line.getBytes(UTF_8));
    record.headers().add("source", source.getBytes(UTF_8));
    records.add(record);
    arrivals.add(arrival);
  }

  private void expect(String source, long at, String level, String message) {
    expected.add(source + " " + at + " " + level + " " + message);
    long minute = at - at % MINUTE;
    minutes.merge(source + " " + level + " " + minute, 1L, Long::sum);
    if (level.equals("ERROR")) {
      errors.computeIfAbsent(source, unused -> new TreeMap<>()).merge(minute, 1L, Long::sum);
    }
  }

  /**
   * What the accounts of all sources and partitions must be at the end, each in a line: the source,
   * the partition, and how many lines came in, were indexed, joined and refused.
   *
   * @param closed whether {@link #closing} lines came too
   */
  List<String> accounts(boolean closed) {
    List<String> lines = new ArrayList<>();
    accounts.forEach(
        (place, account) -> {
          int more = closed && (place.startsWith("api ") || place.startsWith("worker ")) ? 1 : 0;
          lines.add(
              String.format(
                  "%s in=%d indexed=%d joined=%d deadLetters=%d",
                  place,
                  account.all() + more,
                  account.of(Outcome.INDEXED) + more,
                  account.of(Outcome.JOINED),
                  account.of(Outcome.REFUSED)));
        });
    return lines;
  }

  /** What a rule on errors of each source in a minute must say: source, minute, state and value. */
  List<String> alerts() {
    return alerts(0);
  }

  /**
   * The same where so many minutes more have passed after the last line.
   *
   * @param more 0 for none
   */
  List<String> alerts(int more) {
    long lastMinute =
        minutes.keySet().stream()
            .mapToLong(key -> Long.parseLong(key.substring(key.lastIndexOf(' ') + 1)))
            .max()
            .orElseThrow();
    List<String> alerts = new ArrayList<>();
    errors.forEach(
        (source, counts) -> {
          List<Long> standing = new ArrayList<>();
          for (long minute = START - START % MINUTE;
              minute <= lastMinute + more * MINUTE;
              minute += MINUTE) {
            long count = counts.getOrDefault(minute, 0L);
            if (count >= THRESHOLD) {
              alerts.add(source + " " + minute + " firing " + (double) count);
              standing.add(minute);
            } else {
              standing.forEach(
                  each -> alerts.add(source + " " + each + " resolved " + (double) count));
              standing.clear();
            }
          }
        });
    alerts.sort(null);
    return alerts;
  }

  /** Records as they come in, from one place to another. */
  List<ProducerRecord<byte[], byte[]>> arriving(int from, int to) {
    List<ProducerRecord<byte[], byte[]>> arriving = new ArrayList<>();
    for (int i = from; i < to; i++) {
      ProducerRecord<byte[], byte[]> record = records.get(i);
      arriving.add(
          new ProducerRecord<>(
              record.topic(),
              record.partition(),
              arrivals.get(i),
              record.key(),
              record.value(),
              record.headers()));
    }
    return arriving;
  }

  /** The first place from there on where no stack trace is cut in two. */
  int betweenRecords(int from) {
    int place = from;
    while (isCutAt(place)) {
      place++;
    }
    return place;
  }

  private boolean isCutAt(int place) {
    boolean[] seen = new boolean[PARTITIONS];
    for (ProducerRecord<byte[], byte[]> record : records.subList(place, records.size())) {
      boolean isFirst =
          !seen[record.partition()] && new String(record.key(), UTF_8).equals("worker");
      if (isFirst && record.value()[0] == '\t') {
        return true;
      }
      seen[record.partition()] |= isFirst;
    }
    return false;
  }

  /**
   * Lines in each partition, after which every minute before is counted: the first ends the record
   * that may be open.
   */
  static List<ProducerRecord<byte[], byte[]>> closing(String prefix) {
    String start = LOG4J.format(Instant.ofEpochMilli(CLOSING_AT));
    List<ProducerRecord<byte[], byte[]>> closing = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      closing.add(closing(prefix, partition, "worker", start + " INFO [w] a.B - " + CLOSING));
      closing.add(
          closing(
              prefix,
              partition,
              "api",
              String.format("{\"at\":%d,\"level\":\"INFO\",\"msg\":\"%s\"}", CLOSING_AT, CLOSING)));
    }
    return closing;
  }

  private static ProducerRecord<byte[], byte[]> closing(
      String prefix, int partition, String source, String line) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            prefix + Topics.LOGS_RAW.name(),
            partition,
            CLOSING_AT,
            source.getBytes(UTF_8),
            line.getBytes(UTF_8));
    record.headers().add("source", source.getBytes(UTF_8));
    return record;
  }

  /** Whether a message is that of {@link #closing}. */
  static boolean isClosing(String message) {
    return message.equals(CLOSING);
  }

  /** Sources, rules and services of no account, after which all before are known. */
  static List<ProducerRecord<byte[], byte[]>> ofNoAccount(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    long at = 2 * CLOSING_AT - START;
    LogRuleSet rule =
        new LogRuleSet("later", 1, at, LogRuleKind.COUNT, "source=none", "PT1M", 1.0, null, null);
    for (int partition = 0; partition < PARTITIONS; partition++) {
      records.add(
          new ProducerRecord<>(
              prefix + Topics.LOG_SOURCES.name(),
              partition,
              "later".getBytes(UTF_8),
              source(prefix, "later", LogFormat.LOGFMT, at).value()));
      records.add(
          new ProducerRecord<>(
              prefix + Topics.LOG_RULES.name(),
              partition,
              "later".getBytes(UTF_8),
              Topics.LOG_RULES.codec().encode(rule)));
      records.add(
          new ProducerRecord<>(
              prefix + Topics.LOG_SERVICES.name(),
              partition,
              "later".getBytes(UTF_8),
              Topics.LOG_SERVICES
                  .codec()
                  .encode(new LogServiceDescribed("later", 1, at, null, null))));
    }
    return records;
  }

  /** How the sources are read and what is alarmed on. */
  static List<ProducerRecord<byte[], byte[]>> descriptions(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    Map<String, LogFormat> formats =
        Map.of(
            "api", LogFormat.JSON,
            "worker", LogFormat.LOG4J,
            "hosts", LogFormat.RFC5424,
            "queue", LogFormat.LOGFMT);
    formats.forEach((name, format) -> records.add(source(prefix, name, format, START - 1_000)));
    LogRuleSet rule =
        new LogRuleSet(
            "errors",
            1,
            null,
            LogRuleKind.COUNT,
            "level>=ERROR",
            "PT1M",
            THRESHOLD,
            "source",
            null);
    records.add(
        new ProducerRecord<>(
            prefix + Topics.LOG_RULES.name(),
            rule.ruleId().getBytes(UTF_8),
            Topics.LOG_RULES.codec().encode(rule)));
    return records;
  }

  static ProducerRecord<byte[], byte[]> source(
      String prefix, String name, LogFormat format, long at) {
    LogSourceDescribed described =
        new LogSourceDescribed(
            name,
            1,
            at,
            format,
            null,
            null,
            header(format),
            null,
            null,
            null,
            null,
            null,
            null,
            null);
    return new ProducerRecord<>(
        prefix + Topics.LOG_SOURCES.name(),
        name.getBytes(UTF_8),
        Topics.LOG_SOURCES.codec().encode(described));
  }

  private static @Nullable String header(LogFormat format) {
    return format == LogFormat.CSV ? "time,message" : null;
  }
}
