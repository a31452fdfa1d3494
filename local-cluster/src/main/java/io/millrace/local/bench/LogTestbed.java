package io.millrace.local.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.TopicContents;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.host.Trees;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.RawLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;

/** A topic of lines, files of lines in several formats, and the topics of log ingestion. */
final class LogTestbed implements Testbed {
  private static final TimedJob.Setup SETUP = TopicTestbed.SETUP;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** One line of so many is broken off. */
  private static final int BROKEN_OF = 1_000;

  /** All lines are of so many minutes. */
  private static final int MINUTES = 5;

  /**
   * Lines a second of the capacity that is printed, as the sizes of the system's design have it.
   */
  private static final int DESIGN_RATE = 100_000;

  private static final double MEBIBYTE = 1 << 20;

  private final Site site;
  private final BrokerProcess broker;
  private final int records;
  private final Map<String, Corpus> corpora = new TreeMap<>();
  private final Map<LogVariant, List<Timing>> timings = new LinkedHashMap<>();

  /** What each burst took, by the names in {@link LogBurst}. */
  private final List<Map<String, Long>> bursts = new ArrayList<>();

  /** Of each service and level how many lines there are. */
  private final Map<String, Long> counts = new TreeMap<>();

  private long lines;
  private long bytes;
  private long broken;
  private long checksum;

  /** Lines of a format, and what they are known to say. */
  private record Corpus(List<LogLines.Line> lines, long bytes) {}

  private LogTestbed(Site site, BrokerProcess broker, int records) {
    this.site = site;
    this.broker = broker;
    this.records = records;
  }

  /** Starts Kafka and makes the lines; fewer where the user stops it meanwhile. */
  static LogTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return TopicTestbed.open(
        site,
        broker -> {
          LogTestbed testbed = new LogTestbed(site, broker, scale.records());
          List<Variant> variants = scale.of(Benchmark.LOG_INGESTION);
          boolean fills =
              variants.stream()
                  .anyMatch(each -> ((LogVariant) each).kind() != LogVariant.Kind.PARSE);
          if (fills) {
            testbed.fill(scale.seed());
          }
          for (Variant each : variants) {
            LogVariant variant = (LogVariant) each;
            if (variant.kind() == LogVariant.Kind.PARSE) {
              testbed.write(variant, scale.seed());
            }
          }
          return testbed;
        });
  }

  private void fill(long seed) throws IOException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(List.of(Topics.LOGS_RAW));
    }
    LogLines made = new LogLines(seed);
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      while (lines < records && !site.isStopped().getAsBoolean()) {
        long at = LogLines.START + lines * MINUTES * 60_000 / records;
        LogLines.Line line = made.json(at);
        boolean isBroken = lines % BROKEN_OF == BROKEN_OF - 1;
        String text = isBroken ? line.text().substring(0, line.text().length() / 2) : line.text();
        byte[] value = text.getBytes(UTF_8);
        feeder.send(
            new ProducerRecord<>(
                Topics.LOGS_RAW.name(),
                null,
                at,
                null,
                value,
                List.of(new RecordHeader(RawLine.SOURCE_HEADER, line.service().getBytes(UTF_8)))));
        lines++;
        bytes += value.length;
        if (isBroken) {
          broken++;
        } else {
          checksum += line.checksum();
          counts.merge(line.service() + " " + line.level(), 1L, Long::sum);
        }
      }
      feeder.flush();
    }
  }

  private void write(LogVariant variant, long seed) throws IOException {
    if (corpora.containsKey(variant.format())) {
      return;
    }
    LogLines made = new LogLines(seed);
    List<LogLines.Line> all = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LogVariant.LINES_IN_MEMORY; i++) {
      LogLines.Line line = made.of(variant.format(), LogLines.START + 10L * i);
      all.add(line);
      text.append(line.text()).append('\n');
    }
    Files.writeString(variant.lines(site.directory()), text);
    corpora.put(variant.format(), new Corpus(all, text.length()));
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> described = new LinkedHashMap<>();
    described.put(
        "load",
        String.format(
            Locale.ROOT,
            "%,d lines in JSON of %d bytes on average, one of %,d broken off; Kafka in its own JVM",
            lines,
            bytes / Math.max(1, lines),
            BROKEN_OF));
    corpora.forEach(
        (format, corpus) ->
            described.put(
                format,
                String.format(
                    Locale.ROOT,
                    "%,d lines of %d bytes on average in memory, read over and over",
                    corpus.lines().size(),
                    corpus.bytes() / corpus.lines().size())));
    described.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return described;
  }

  @Override
  public JvmProgram program(Variant variant) {
    LogVariant own = (LogVariant) variant;
    if (own.kind() == LogVariant.Kind.LIVE) {
      return LogBurst.program(own.code(), site.programs().jobs(), broker.bootstrap());
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap",
                broker.bootstrap(),
                "--bounded",
                "true",
                "--start-from",
                "earliest"));
    arguments.addAll(own.arguments(site.directory(), records));
    return new TimedJob(site.programs().jobs(), own.mainClass(), SETUP, arguments)
        .program(own.code());
  }

  @Override
  public void check(Variant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException {
    LogVariant own = (LogVariant) variant;
    Figures of = new Figures(own.code(), figures);
    switch (own.kind()) {
      case READ -> {
        of.require("records read", RunTimes.SOURCE_RECORDS, lines);
        of.require(
            "records discarded", Figures.RECORDS, own == LogVariant.RAW ? lines : lines - broken);
        of.require(
            "checksum of the records", Figures.CHECKSUM, own == LogVariant.RAW ? bytes : checksum);
      }
      case PARSE -> {
        of.require("records discarded", Figures.RECORDS, records);
        of.require("checksum of the lines", Figures.CHECKSUM, expected(own));
      }
      case JOB -> checkJob(own, of);
      case LIVE -> checkBurst(own, figures);
    }
    timings.computeIfAbsent(own, unused -> new ArrayList<>()).add(Timing.of(figures));
  }

  /** That the accounts, which a stop completes, have every line that was sent. */
  private void checkBurst(LogVariant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException {
    Map<String, JsonNode> accounts = accounts(LogBurst.PREFIX);
    require(
        variant,
        "lines in the accounts",
        Objects.requireNonNull(figures.get(LogBurst.SENT)),
        total(accounts, "in"));
    bursts.add(figures);
  }

  private long expected(LogVariant variant) throws IOException {
    Corpus corpus = Objects.requireNonNull(corpora.get(variant.format()));
    long sum = 0;
    long[] each = new long[corpus.lines().size()];
    for (int i = 0; i < each.length; i++) {
      LogLines.Line line = corpus.lines().get(i);
      each[i] =
          switch (variant) {
            case READ_TREE -> {
              JsonNode tree = JSON.readTree(line.text());
              yield tree.size() + tree.get("message").asText().length();
            }
            case DECLARED -> line.checksum() - undeclared(JSON.readTree(line.text()));
            default -> line.checksum();
          };
    }
    for (int i = 0; i < records; i++) {
      sum += each[i % each.length];
    }
    return sum;
  }

  /** The lengths of the fields that a source with declared ones leaves out. */
  private static long undeclared(JsonNode line) {
    long sum = 0;
    for (Map.Entry<String, JsonNode> field : line.properties()) {
      boolean isPart =
          List.of("time", "level", "service", "host", "message", "traceId")
              .contains(field.getKey());
      if (!isPart && !LogVariant.DECLARED_FIELDS.contains(field.getKey())) {
        JsonNode value = field.getValue();
        String text = value.isContainerNode() ? value.toString() : value.asText();
        sum += field.getKey().length() + text.length();
      }
    }
    return sum;
  }

  private void checkJob(LogVariant variant, Figures of)
      throws VoidRunException, IOException, InterruptedException {
    of.require("records read", RunTimes.SOURCE_RECORDS, lines);
    Map<String, Long> seen = new TreeMap<>();
    read(
        Topics.LOG_INGESTION_METRICS.name(),
        row ->
            seen.merge(
                row.get("source").asText() + " " + row.get("level").asText(),
                row.get("count").asLong(),
                Long::sum));
    require(variant, "records by source and level", counts, seen);
    Map<String, JsonNode> accounts = accounts("");
    boolean routes = variant != LogVariant.LOG_INGESTION;
    long filtered = routes ? sum(counts, " DEBUG") : 0;
    require(variant, "lines in the accounts", lines, total(accounts, "in"));
    require(variant, "filtered lines", filtered, total(accounts, "filtered"));
    require(
        variant, "lines that are a record", lines - broken - filtered, total(accounts, "indexed"));
    require(variant, "lines that are none", broken, total(accounts, "deadLetters"));
    long[] letters = new long[1];
    read(Topics.LOGS_RAW_DLQ.name(), row -> letters[0]++);
    require(variant, "dead letters", broken, letters[0]);
    long[] rows = new long[2];
    read(
        Topics.LOG_INGESTION_RECORDS.name(),
        row -> {
          rows[0]++;
          rows[1] += checksum(row);
        });
    require(variant, "rows of records", routes ? 0 : lines - broken, rows[0]);
    require(variant, "checksum of the records", routes ? 0 : checksum, rows[1]);
    if (variant == LogVariant.ARCHIVED) {
      require(variant, "rows of the archive", lines, archived(variant));
    }
  }

  /** The last account of each source and partition. */
  private Map<String, JsonNode> accounts(String prefix) throws IOException, InterruptedException {
    Map<String, JsonNode> accounts = new HashMap<>();
    read(
        prefix + Topics.LOG_INGESTION_LEDGER.name(),
        row ->
            accounts.merge(
                row.get("source").asText() + row.get("partition"),
                row,
                (one, two) ->
                    one.get("throughOffset").asLong() > two.get("throughOffset").asLong()
                        ? one
                        : two));
    return accounts;
  }

  private static long checksum(JsonNode row) {
    long sum = row.get("at").asLong();
    for (String part : List.of("level", "service", "host", "message", "traceId")) {
      sum += row.get(part).asText().length();
    }
    for (Map.Entry<String, JsonNode> field : row.get("fields").properties()) {
      sum += field.getKey().length() + field.getValue().asText().length();
    }
    return sum;
  }

  /** The rows of the files that the archive lists. */
  private long archived(LogVariant variant) throws IOException {
    Path manifest =
        variant.archive(site.directory()).resolve(Topics.LOGS_RAW.name()).resolve("_manifest");
    long rows = 0;
    try (Stream<Path> all = Files.walk(manifest)) {
      // Beside the lists there are marks of tasks that have ended.
      for (Path list : all.filter(each -> each.toString().endsWith(".json")).toList()) {
        rows += JSON.readTree(list.toFile()).get("rows").asLong();
      }
    }
    return rows;
  }

  private void read(String topic, Consumer<JsonNode> reader)
      throws IOException, InterruptedException {
    TopicContents.read(
        broker.bootstrap(),
        SinkLoad.decidedEnds(broker.bootstrap(), topic),
        record -> {
          try {
            reader.accept(JSON.readTree(record.value()));
          } catch (IOException e) {
            throw new UncheckedIOException("a row of " + topic + " is no JSON", e);
          }
        });
  }

  private static long sum(Map<String, Long> counts, String end) {
    return counts.entrySet().stream()
        .filter(each -> each.getKey().endsWith(end))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static long total(Map<String, JsonNode> rows, String field) {
    return rows.values().stream().mapToLong(row -> row.get(field).asLong()).sum();
  }

  private static void require(LogVariant variant, String what, Object expected, Object seen)
      throws VoidRunException {
    if (!seen.equals(expected)) {
      throw new VoidRunException(variant.code() + ": " + what + ": " + seen + ", not " + expected);
    }
  }

  @Override
  public void clear(Variant variant) throws IOException, InterruptedException {
    LogVariant own = (LogVariant) variant;
    if (own.kind() == LogVariant.Kind.LIVE) {
      List<String> topics = new ArrayList<>(List.of(LogBurst.topic()));
      own.outputs().forEach(topic -> topics.add(LogBurst.PREFIX + topic));
      TopicAdmin.delete(broker.bootstrap(), topics);
    } else if (!own.outputs().isEmpty()) {
      TopicAdmin.delete(broker.bootstrap(), own.outputs());
    }
    Trees.delete(own.archive(site.directory()));
  }

  @Override
  public List<String> findings() {
    List<String> found = new ArrayList<>();
    found.add("MiB of lines a second");
    timings.forEach(
        (variant, runs) ->
            found.add(
                String.format(
                    Locale.ROOT,
                    "%-21s %8.1f",
                    variant.code(),
                    rate(runs) * bytesOf(variant) / MEBIBYTE)));
    found.add("");
    found.add(String.format(Locale.ROOT, "of %,d lines a second", DESIGN_RATE));
    timings.forEach(
        (variant, runs) -> {
          if (variant.kind() == LogVariant.Kind.JOB) {
            found.add(
                String.format(
                    Locale.ROOT,
                    "%-21s this machine takes %.2f with all its cores; %.1f cores take all, which"
                        + " are %.0f slots at 70 %% of a core each",
                    variant.code(),
                    rate(runs) / DESIGN_RATE,
                    cores(runs),
                    Math.ceil(cores(runs) / 0.7)));
          }
        });
    if (!bursts.isEmpty()) {
      found.add("");
      found.add(
          String.format(
              Locale.ROOT,
              "%-21s %d s of %,d lines a second took %.1f s to be sent; at most %,d lines behind;"
                  + " all read %.1f s after the last",
              LogVariant.BURST.code(),
              LogBurst.SECONDS,
              LogBurst.RATE * LogBurst.TIMES,
              median(LogBurst.SEND_MILLIS) / 1e3,
              (long) median(LogBurst.MOST_BEHIND),
              median(LogBurst.DRAIN_MILLIS) / 1e3));
    }
    return found;
  }

  private double median(String figure) {
    return Spread.of(
            bursts.stream().map(each -> (double) Objects.requireNonNull(each.get(figure))).toList())
        .median();
  }

  private double bytesOf(LogVariant variant) {
    Corpus corpus = corpora.get(variant.format());
    return variant.kind() == LogVariant.Kind.PARSE && corpus != null
        ? (double) corpus.bytes() / corpus.lines().size()
        : (double) bytes / Math.max(1, lines);
  }

  private static double rate(List<Timing> runs) {
    return Spread.of(runs.stream().map(Timing::recordsPerSecond).toList()).median();
  }

  /** Cores that the rate of the design takes. */
  private static double cores(List<Timing> runs) {
    return Spread.of(runs.stream().map(Timing::cpuSecondsPerMillion).toList()).median()
        * DESIGN_RATE
        / 1e6;
  }

  @Override
  public void close() throws IOException {
    broker.close();
  }
}
