package io.millrace.local.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.process.BrokerProcess;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.ratelimit.VerdictGiven;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A topic of requests that are limited, one of rules, and the topics of verdicts. */
final class LimitTestbed extends TopicTestbed<LimitVariant> {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final LimitLoad load;
  private final BitSet allowed;

  private LimitTestbed(Site site, BrokerProcess broker, LimitLoad load) {
    super(site, broker, LimitVariant.class);
    this.load = load;
    this.allowed = load.allowed();
  }

  /** Starts Kafka and fills the topics; with fewer requests where the user stops it meanwhile. */
  static LimitTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    return open(site, broker -> fill(site, scale, broker));
  }

  private static LimitTestbed fill(Site site, BenchmarkRun.Scale scale, BrokerProcess broker)
      throws IOException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(List.of(Topics.RATELIMIT_REQUESTS, Topics.RATELIMIT_RULES));
    }
    try (TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
      return new LimitTestbed(
          site, broker, LimitLoad.fill(feeder, scale.records(), scale.seed(), site.isStopped()));
    }
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "load",
        format(
            "%,d requests of %d bytes on average, %d a millisecond; Kafka in its own JVM",
            load.records(), load.bytes() / Math.max(1, load.records()), LimitLoad.IN_A_MILLI));
    lines.put(
        "keys",
        format(
            "drawn from %,d by Zipf %.1f: %,d distinct",
            LimitLoad.KEYS, LimitLoad.EXPONENT, load.distinct()));
    lines.put(
        "rules",
        format(
            "a token bucket of %d, %d a minute, for each key, which refuses %,d of them; and a"
                + " window for all together, which is never full",
            LimitLoad.BURST, LimitLoad.LIMIT, load.records() - allowed.cardinality()));
    lines.put("jobs", SETUP.description() + ", " + SETUP.backend());
    return lines;
  }

  @Override
  void checkFigures(LimitVariant variant, Map<String, Long> figures) throws VoidRunException {
    Figures of = new Figures(variant.code(), figures);
    if (!variant.isJob()) {
      of.require("records read", RunTimes.SOURCE_RECORDS, load.records());
    }
    if (variant.outputs().isEmpty()) {
      of.require("records discarded", Figures.RECORDS, load.records());
      of.require("checksum of the records", Figures.CHECKSUM, load.checksum());
    }
  }

  @Override
  void checkRows(LimitVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    Figures of = new Figures(variant.code(), rows);
    List<String> topics = variant.outputs();
    of.require("committed verdicts", topics.get(0), load.records());
    if (!variant.isJob()) {
      return;
    }
    for (String topic : topics.subList(2, topics.size() - 1)) {
      of.require("committed rows in " + topic, topic, 0);
    }
    try {
      checkVerdicts(directory.resolve(topics.get(0) + ".jsonl"));
      checkUsage(directory.resolve(topics.get(1) + ".jsonl"));
    } catch (VoidRunException e) {
      throw new VoidRunException(variant.code() + ": " + e.getMessage());
    }
  }

  private void checkVerdicts(Path file) throws VoidRunException, IOException {
    BitSet seen = new BitSet(load.records());
    JsonCodec<VerdictGiven> codec = Topics.RATE_COUNTING_VERDICTS.codec();
    try (var lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        VerdictGiven verdict = codec.decode(line.getBytes(StandardCharsets.UTF_8));
        int index = LimitLoad.index(verdict.requestId());
        if (index < 0 || index >= load.records() || seen.get(index)) {
          throw new VoidRunException(verdict.requestId() + " has no verdict to get, or two");
        }
        seen.set(index);
        if (verdict.allowed() != allowed.get(index)) {
          throw new VoidRunException(
              verdict.requestId() + " must be " + (allowed.get(index) ? "allowed" : "refused"));
        }
      }
    } catch (RejectedException e) {
      throw new VoidRunException("a committed row is none: " + e.getMessage());
    }
  }

  /** Of each rule all requests are counted once. */
  private void checkUsage(Path file) throws VoidRunException, IOException {
    Map<String, long[]> sums = new LinkedHashMap<>();
    try (var lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        var row = JSON.readTree(line);
        long[] sum = sums.computeIfAbsent(row.get("dimension").asText(), unused -> new long[2]);
        sum[0] += row.get("allowed").asLong();
        sum[1] += row.get("refused").asLong();
      }
    }
    for (String dimension : List.of("apiKey", "global")) {
      long[] sum = sums.getOrDefault(dimension, new long[2]);
      if (sum[0] != allowed.cardinality() || sum[1] != load.records() - allowed.cardinality()) {
        throw new VoidRunException(
            format("use of %s: %,d allowed and %,d refused", dimension, sum[0], sum[1]));
      }
    }
  }
}
