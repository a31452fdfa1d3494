package io.millrace.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Entries of two ledgers, in files and in a topic. */
final class EntryTestbed extends TopicTestbed<EntryVariant> {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String OTHER = "other-";
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MEGABYTE = 1e6;

  /** Of those that are fed in process: one task, so that nothing is timed but it. */
  private static final TimedJob.Setup IN_PROCESS =
      new TimedJob.Setup(1, StateBackend.ROCKSDB, 256, TimedJob.CHECKPOINT_INTERVAL);

  private final EntryLoad pairs;
  private final EntryLoad alone;
  private final long bytes;
  private final Map<EntryVariant, String> taken = new EnumMap<>(EntryVariant.class);

  private EntryTestbed(
      Site site, BrokerProcess broker, EntryLoad pairs, EntryLoad alone, long bytes) {
    super(site, broker, EntryVariant.class);
    this.pairs = pairs;
    this.alone = alone;
    this.bytes = bytes;
  }

  /** Starts Kafka, and writes files and topics; with fewer where the user stops it meanwhile. */
  static EntryTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return open(site, broker -> fill(site, scale, broker));
  }

  private static EntryTestbed fill(Site site, BenchmarkRun.Scale scale, BrokerProcess broker)
      throws IOException, InterruptedException {
    EntryLoad pairs = EntryLoad.draw(scale.records(), scale.seed(), true);
    EntryLoad alone = EntryLoad.draw(scale.records(), scale.seed(), false);
    pairs.write(EntryVariant.file(site.directory(), true));
    alone.write(EntryVariant.file(site.directory(), false));
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(
          List.of(
              Topics.RECON_ENTRIES,
              Topics.RECON_RULES,
              Topics.RECON_RESOLUTIONS,
              Topics.RECON_RATES,
              Topics.RECON_FEES));
    }
    boolean isRead =
        scale.of(Benchmark.RECONCILIATION).stream()
            .anyMatch(variant -> !((EntryVariant) variant).isInProcess());
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      long bytes = isRead ? pairs.feed(feeder, site.isStopped()) : 0;
      return new EntryTestbed(site, broker, pairs, alone, bytes);
    }
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "load",
        format(
            "%,d entries, %,d a second of event time; in Kafka of %d bytes on average",
            pairs.records(), 2 * EntryLoad.IN_A_SECOND, bytes / Math.max(1, pairs.records())));
    lines.put(
        "matches",
        format(
            "%,d, at most %d s apart; one reference of %d has one entry; window %d s",
            pairs.matches(),
            EntryLoad.MOST_APART_MILLIS / 1_000,
            EntryLoad.ALONE_OF,
            EntryLoad.WINDOW_MILLIS / 1_000));
    lines.put("process", IN_PROCESS.description() + ", " + IN_PROCESS.backend());
    lines.put("Kafka", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  @Override
  public JvmProgram program(Variant variant) {
    EntryVariant own = (EntryVariant) variant;
    return own.isInProcess()
        ? new TimedJob(
                site().programs().jobs(),
                own.mainClass(),
                IN_PROCESS,
                own.arguments(site().directory()))
            .program(own.code())
        : super.program(variant);
  }

  @Override
  void checkFigures(EntryVariant variant, Map<String, Long> figures) throws VoidRunException {
    Figures all = new Figures(variant.code(), figures);
    taken.put(
        variant,
        format(
            "%-21s %,d entries in %.1f s, %.1f s of CPU, state of %.1f MB in its largest checkpoint",
            variant.code(),
            all.get(RunTimes.RECORDS),
            all.get(RunTimes.NANOS) / NANOS_PER_SECOND,
            all.get(RunTimes.CPU_NANOS) / NANOS_PER_SECOND,
            all.get(RunTimes.STATE_BYTES) / BYTES_PER_MEGABYTE));
    if (!variant.isInProcess()) {
      return;
    }
    Figures of = new Figures(variant.code(), figures);
    EntryLoad load = variant.hasMatches() ? pairs : alone;
    if (variant == EntryVariant.EXCHANGE) {
      of.require("entries discarded", Figures.RECORDS, load.records());
      return;
    }
    of.require("matches", Figures.RECORDS, load.matches());
    of.require("sum of the numbers of matches", Figures.CHECKSUM, load.matchesChecksum());
    of.require(
        "entries without a match", OTHER + Figures.RECORDS, load.records() - 2L * load.matches());
    of.require(
        "sum of the numbers of entries without a match",
        OTHER + Figures.CHECKSUM,
        load.aloneChecksum());
  }

  @Override
  public List<String> findings() {
    List<String> lines = new ArrayList<>(List.of("what the last run of each took"));
    lines.addAll(taken.values());
    return lines;
  }

  @Override
  void checkRows(EntryVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    boolean isJob = variant == EntryVariant.RECONCILIATION;
    List<String> topics = variant.outputs();
    Found found = new Found(new BitSet(), new BitSet());
    try {
      found.read(directory.resolve(topics.get(0) + ".jsonl"), isJob);
      if (isJob) {
        found.read(directory.resolve(topics.get(1) + ".jsonl"), true);
        found.read(directory.resolve(topics.get(2) + ".jsonl"), true);
      }
    } catch (VoidRunException e) {
      throw new VoidRunException(variant.code() + ": " + e.getMessage());
    }
    Figures of =
        new Figures(
            variant.code(),
            Map.of(
                Figures.RECORDS,
                (long) found.matched.cardinality(),
                Figures.CHECKSUM,
                found.matched.stream().asLongStream().sum(),
                OTHER + Figures.RECORDS,
                (long) found.alone.cardinality(),
                OTHER + Figures.CHECKSUM,
                found.alone.stream().asLongStream().sum()));
    of.require("matches", Figures.RECORDS, pairs.matches());
    of.require("sum of the numbers of matches", Figures.CHECKSUM, pairs.matchesChecksum());
    of.require(
        "entries without a match", OTHER + Figures.RECORDS, pairs.records() - 2L * pairs.matches());
    of.require("sum of their numbers", OTHER + Figures.CHECKSUM, pairs.aloneChecksum());
    if (isJob) {
      of = new Figures(variant.code(), rows);
      for (String topic : topics.subList(topics.size() - 5, topics.size())) {
        of.require("committed rows in " + topic, topic, 0);
      }
      of.require(
          "links of the audit",
          Topics.RECONCILIATION_AUDIT.name(),
          of.get(topics.get(0)) + of.get(topics.get(1)));
    }
  }

  /** The numbers of references that match, and of those that don't. */
  private record Found(BitSet matched, BitSet alone) {
    private void read(Path file, boolean ofJob) throws VoidRunException, IOException {
      try (var lines = Files.newBufferedReader(file)) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          JsonNode row = JSON.readTree(line);
          if (ofJob) {
            ofJob(row);
          } else {
            add(row.path("leftId"), row.path("rightId"));
          }
        }
      }
    }

    private void ofJob(JsonNode row) throws VoidRunException {
      if (row.has("matchId")) {
        add(row.at("/entries/0/entryId"), row.at("/entries/1/entryId"));
      } else if (row.has("breakId")) {
        add(row.at("/entryIds/0"), row.at("/entryIds/1"));
      } else {
        add(row.path("entryId"), row.path("none"));
      }
    }

    private void add(JsonNode one, JsonNode other) throws VoidRunException {
      boolean isMatch = one.isTextual() && other.isTextual();
      int number = number(one.isTextual() ? one : other);
      if ((isMatch && number(other) != number) || matched.get(number) || alone.get(number)) {
        throw new VoidRunException("reference " + number + " is in a wrong place, or in two");
      }
      (isMatch ? matched : alone).set(number);
    }

    private static int number(JsonNode id) {
      String text = id.asText();
      return Integer.parseInt(text, text.indexOf('-') + 1, text.length(), 10);
    }
  }
}
