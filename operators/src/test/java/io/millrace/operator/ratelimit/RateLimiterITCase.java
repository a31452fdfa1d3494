package io.millrace.operator.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.ratelimit.RateLimitSpec.Coordination;
import io.millrace.operator.ratelimit.RateLimiter.Limited;
import io.millrace.operator.topk.CommittedLines;
import io.millrace.operator.topk.Script;
import io.millrace.operator.topk.ScriptedSource;
import io.millrace.operator.topk.Visit;
import io.millrace.operator.writeback.WriteBackSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs against {@link SerialLimiter}, and against the limits themselves. */
final class RateLimiterITCase {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(2)
              .setNumberSlotsPerTaskManager(2)
              .build());

  private static final long START = 1_700_000_000_000L;
  private static final long USAGE = 10_000;
  private static final long HORIZON = 60_000;
  private static final long SPREAD = 5_000;

  /** One job and what it is about. */
  private static final class Run {
    private final String name = UUID.randomUUID().toString();
    private final Configuration configuration = new Configuration();
    private final List<Script> scripts = new ArrayList<>();
    private final List<RateRule> rules;
    private final RateLimitSpec spec;
    private @Nullable String rulesSignal;

    Run(List<RateRule> rules, Coordination coordination, int parallelism) {
      this(rules, coordination, parallelism, true);
    }

    Run(List<RateRule> rules, Coordination coordination, int parallelism, boolean inEventTime) {
      this.rules = rules;
      spec =
          new RateLimitSpec(
              coordination,
              LimitDimension.API_KEY,
              inEventTime,
              100,
              HORIZON,
              USAGE,
              new WriteBackSpec(1 << 20, 1 << 16, 64, WriteBackSpec.Timers.FLINK).withObjects(8));
      configuration.set(PipelineOptions.GENERIC_TYPES, false);
      configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
      configuration.set(PipelineOptions.OBJECT_REUSE, true);
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 2);
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
      configuration.setString("parallelism.default", Integer.toString(parallelism));
      configuration.setString("pipeline.max-parallelism", "128");
    }

    Run rocksDb() {
      configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
      configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
      return this;
    }

    /** Gives a signal when the rules are known everywhere. */
    Run signalling(String rulesAreKnown) {
      rulesSignal = rulesAreKnown;
      return this;
    }

    Run with(Script... more) {
      scripts.addAll(List.of(more));
      return this;
    }

    List<Asked> requests() {
      return scripts.stream().flatMap(script -> script.visits().stream()).map(Asked::of).toList();
    }

    /** Runs to the end and returns the committed lines, sorted. */
    List<String> run() throws Exception {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(configuration);
      Script ruleScript = new Script();
      for (int i = 0; i < rules.size(); i++) {
        ruleScript.emit(new Visit(String.valueOf(i), rules.get(i).at(), null, null, 0));
      }
      if (rulesSignal != null) {
        ruleScript.awaitCheckpoint().signal(rulesSignal);
      }
      RateRule[] all = rules.toArray(new RateRule[0]);
      DataStream<RateRule> ruleStream =
          visits(env, "rules-source", List.of(ruleScript))
              .map(visit -> all[Integer.parseInt(visit.id())])
              .returns(TypeInformation.of(RateRule.class))
              .uid("rules");
      Limited<Visit> limited =
          RateLimiter.limit(
              visits(env, "requests", scripts), new Asked.Fields(), ruleStream, spec, "limits");
      limited
          .verdicts()
          .map(Run::line)
          .returns(Types.STRING)
          .uid("verdict-lines")
          .union(
              limited.usage().map(Run::line).returns(Types.STRING).uid("usage-lines"),
              limited
                  .late()
                  .map(late -> "L|" + late.f0.id())
                  .returns(Types.STRING)
                  .uid("late-lines"))
          .sinkTo(new CommittedLines(name))
          .uid("lines");
      env.execute();
      return CommittedLines.of(name);
    }

    private static DataStream<Visit> visits(
        StreamExecutionEnvironment env, String uid, List<Script> scripts) {
      return env.fromSource(
              new ScriptedSource(scripts),
              WatermarkStrategy.noWatermarks(),
              uid,
              TypeInformation.of(Visit.class))
          .uid(uid);
    }

    private static String line(Verdict verdict) {
      return String.join(
          "|",
          "V",
          verdict.requestId(),
          String.valueOf(verdict.at()),
          String.valueOf(verdict.allowed()),
          String.valueOf(verdict.limitedBy()),
          String.valueOf(verdict.limit()),
          String.valueOf(verdict.remaining()),
          String.valueOf(verdict.retryAfterMillis()),
          String.join(",", verdict.shadow()));
    }

    private static String line(KeyUsage usage) {
      assertThat(usage.windowEnd() - usage.windowStart()).isEqualTo(USAGE);
      return String.join(
          "|",
          "U",
          usage.dimension(),
          usage.key(),
          String.valueOf(usage.windowStart()),
          String.valueOf(usage.allowed()),
          String.valueOf(usage.refused()),
          String.valueOf(usage.cost()));
    }

    List<String> expected() {
      SerialLimiter serial = new SerialLimiter(rules, HORIZON, USAGE);
      List<String> lines = new ArrayList<>(serial.decide(requests()));
      lines.addAll(serial.usage());
      lines.sort(null);
      return lines;
    }
  }

  private static RateRule rule(
      String id,
      long version,
      long at,
      LimitDimension dimension,
      @Nullable String tier,
      RateAlgorithm algorithm,
      long limit,
      long period) {
    return new RateRule(
        id, version, at, dimension, tier, null, algorithm, limit, period, limit, false, 0, false);
  }

  private static RateRule changed(
      RateRule rule, boolean shadow, long penaltyMillis, boolean deleted) {
    return new RateRule(
        rule.ruleId(),
        rule.version(),
        rule.at(),
        rule.dimension(),
        rule.tier(),
        rule.route(),
        rule.algorithm(),
        rule.limit(),
        rule.periodMillis(),
        rule.burst(),
        shadow,
        penaltyMillis,
        deleted);
  }

  /** Rules of every dimension and algorithm, which change, go, come back and are on trial. */
  private static List<RateRule> rules() {
    List<RateRule> rules = new ArrayList<>();
    RateAlgorithm[] algorithms = RateAlgorithm.values();
    LimitDimension[] dimensions = LimitDimension.values();
    for (int i = 0; i < algorithms.length; i++) {
      LimitDimension dimension = dimensions[i % dimensions.length];
      long limit = dimension == LimitDimension.GLOBAL ? 40 : 4 + i;
      String tier = i % 3 == 2 ? "free" : null;
      String id = "rule-" + i;
      long period = 1_700 + 300L * i;
      RateRule first = rule(id, 1, START - 1, dimension, tier, algorithms[i], limit, period);
      rules.add(changed(first, i == 4, i == 1 ? 900 : 0, false));
      rules.add(rule(id, 2, START + 40_000 + i, dimension, tier, algorithms[i], 2 * limit, period));
      rules.add(rule(id, 3, START + 80_000, dimension, tier, algorithms[i], limit / 2, period));
    }
    // One goes, and comes back later.
    RateRule one = rules.get(0);
    for (int version = 7; version <= 8; version++) {
      RateRule again =
          rule(
              one.ruleId(),
              version,
              START + 70_000 + 5_000L * version,
              one.dimension(),
              null,
              one.algorithm(),
              5,
              one.periodMillis());
      rules.add(changed(again, false, 0, version == 7));
    }
    return rules;
  }

  /** Requests of few keys in bursts, some repeated, out of order by at most 5 s. */
  private static Script requests(long seed, int count) {
    Random random = new Random(seed);
    Script script = new Script();
    List<Asked> sent = new ArrayList<>();
    long now = START;
    for (int i = 0; i < count; i++) {
      now += random.nextInt(4) == 0 ? random.nextInt(400) : 0;
      now += i == count / 2 ? 20_000 : 0;
      Asked request =
          new Asked(
              seed + "-" + i + (random.nextInt(9) == 0 ? "\uFF21" : ""),
              now - (long) (random.nextDouble() * SPREAD),
              random.nextInt(5) == 0 ? null : "user-" + random.nextInt(4),
              random.nextInt(9) == 0 ? null : "key-" + random.nextInt(5),
              "ip-" + random.nextInt(3),
              random.nextBoolean() ? "free" : "paid",
              random.nextInt(3) == 0 ? null : "route-" + random.nextInt(2),
              random.nextInt(6) == 0 ? random.nextInt(7) : 1);
      if (random.nextInt(12) == 0 && !sent.isEmpty()) {
        request = sent.get(random.nextInt(sent.size()));
        if (request.at() < now - SPREAD) {
          // As a client that asks again later.
          request = new Asked(request.id(), now, null, request.apiKey(), null, null, null, 3);
        }
      }
      sent.add(request);
      script.emit(request.visit());
      if (random.nextInt(5) == 0) {
        script.mark(now - SPREAD - 1);
      }
    }
    return script;
  }

  private static void assertSame(Run run) throws Exception {
    List<String> lines = run.run();
    List<String> expected = run.expected();
    List<String> missing = new ArrayList<>(expected);
    lines.forEach(missing::remove);
    List<String> extra = new ArrayList<>(lines);
    expected.forEach(extra::remove);
    missing.sort(java.util.Comparator.comparing(line -> line.split("\\|", -1)[2]));
    extra.sort(java.util.Comparator.comparing(line -> line.split("\\|", -1)[2]));
    assertThat(missing).as("but there are %s", extra).isEmpty();
    assertThat(extra).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void exact_atAnyParallelism_equalsTheSerialLimiter(int parallelism) throws Exception {
    Run run =
        new Run(rules(), Coordination.EXACT, parallelism)
            .with(requests(1, 1_500), requests(2, 1_500));
    assertSame(run);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 40})
  void exact_failureAfterCheckpoint_equalsTheSerialLimiter(int stepsLater) throws Exception {
    String name = "exact" + stepsLater;
    Run run =
        new Run(rules(), Coordination.EXACT, 2)
            .rocksDb()
            .with(requests(3, 1_200).failingHalfWay(name, stepsLater), requests(4, 1_200));
    assertSame(run);
  }

  /** Every request for one key alone, so that leasing can't be told from one task. */
  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void leases_domainAlone_equalTheSerialLimiter(RateAlgorithm algorithm) throws Exception {
    List<RateRule> rules =
        List.of(
            rule("a", 1, START - 1, LimitDimension.API_KEY, null, algorithm, 7, 1_900),
            rule("a", 2, START + 30_000, LimitDimension.API_KEY, null, algorithm, 3, 1_900));
    Run run = new Run(rules, Coordination.LEASES, 2).with(requests(5, 900), requests(6, 900));
    assertSame(run);
  }

  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void leases_limitsThatSpanDomains_areNeverExceededAndUsedUp(RateAlgorithm algorithm)
      throws Exception {
    for (int parallelism : new int[] {1, 2}) {
      for (boolean fails : new boolean[] {false, true}) {
        List<RateRule> rules =
            List.of(
                rule("all", 1, START - 1, LimitDimension.GLOBAL, null, algorithm, 100, 1_000),
                rule("key", 1, START - 1, LimitDimension.API_KEY, null, algorithm, 30, 2_000),
                rule("ip", 1, START - 1, LimitDimension.IP, null, algorithm, 60, 1_000));
        String name = "leases" + algorithm + parallelism;
        Script script = steady(START, 10);
        Run run =
            new Run(rules, Coordination.LEASES, parallelism)
                .with(fails ? script.failingHalfWay(name, 20) : script);
        Map<String, Boolean> verdicts = verdicts(run.run());
        List<Asked> requests = run.requests();
        assertThat(verdicts).hasSameSizeAs(requests);
        long admitted = assertWithin(rules, requests, verdicts);
        // 10 s, and what the buckets hold at first.
        assertThat(admitted).isGreaterThanOrEqualTo(950);
      }
    }
  }

  /** Requests of several keys, tiers and costs, each once, out of order by at most 5 s. */
  private static Script outOfOrder(long seed, String signal) {
    Random random = new Random(seed);
    Script script = new Script().await(signal);
    for (int i = 0; i < 1_000; i++) {
      Asked request =
          new Asked(
              seed + "-" + i,
              START + 10L * i - (long) (random.nextDouble() * SPREAD),
              null,
              "key-" + random.nextInt(16),
              "ip-" + random.nextInt(3),
              random.nextBoolean() ? "free" : "paid",
              random.nextBoolean() ? "route" : null,
              1 + random.nextInt(3));
      script.emit(request.visit());
    }
    return script;
  }

  /** Requests out of order, of which all of an hour's limit is taken and no more. */
  @ParameterizedTest
  @EnumSource(RateAlgorithm.class)
  void leases_asRequestsCome_areNeverExceededAndUsedUp(RateAlgorithm algorithm) throws Exception {
    String known = "rules of " + algorithm;
    long hour = 3_600_000;
    long limit = 800;
    List<RateRule> rules =
        List.of(
            rule("all", 1, START - SPREAD, LimitDimension.GLOBAL, null, algorithm, limit, hour),
            rule("ip", 1, START - SPREAD, LimitDimension.IP, null, algorithm, 500, hour),
            rule("free", 1, START - SPREAD, LimitDimension.IP, "free", algorithm, 300, hour));
    Run run =
        new Run(rules, Coordination.LEASES, 2, false)
            .signalling(known)
            .with(outOfOrder(8, known), outOfOrder(9, known));
    Map<String, Long> costs = new HashMap<>();
    run.requests().forEach(request -> costs.put(request.id(), request.cost()));

    Map<String, Boolean> verdicts = verdicts(run.run());

    assertThat(verdicts.keySet()).isEqualTo(costs.keySet());
    long admitted =
        verdicts.entrySet().stream()
            .filter(Map.Entry::getValue)
            .mapToLong(verdict -> costs.getOrDefault(verdict.getKey(), 0L))
            .sum();
    // What comes back in the seconds that they take is far less than a fortieth.
    assertThat(admitted).isBetween(limit * 95 / 100, limit * 41 / 40);
  }

  /** 200 requests a second for ten seconds: twice what is admitted in all. */
  private static Script steady(long start, int seconds) {
    Script script = new Script();
    Random random = new Random(7);
    for (int i = 0; i < 200 * seconds; i++) {
      long at = start + 5L * i;
      Asked request =
          new Asked(
              "request-" + i,
              at,
              null,
              "key-" + random.nextInt(16),
              "ip-" + random.nextInt(4),
              null,
              null,
              1);
      script.emit(request.visit());
      if (i % 10 == 9) {
        script.mark(at - 1);
      }
    }
    return script;
  }

  private static Map<String, Boolean> verdicts(List<String> lines) {
    Map<String, Boolean> verdicts = new HashMap<>();
    for (String line : lines) {
      String[] parts = line.split("\\|", -1);
      assertThat(parts[0]).isNotEqualTo("L");
      if (parts[0].equals("V")) {
        assertThat(verdicts.put(parts[1], Boolean.valueOf(parts[3]))).isNull();
      }
    }
    return verdicts;
  }

  /** Whether the admitted requests are within every rule. Returns how many they are. */
  private static long assertWithin(
      List<RateRule> rules, List<Asked> requests, Map<String, Boolean> verdicts) {
    List<Asked> admitted =
        requests.stream().filter(request -> verdicts.getOrDefault(request.id(), false)).toList();
    for (RateRule rule : rules) {
      Map<String, Textbook> textbooks = new HashMap<>();
      for (Asked request : admitted) {
        Textbook textbook =
            textbooks.computeIfAbsent(
                String.valueOf(request.key(rule.dimension())),
                unused ->
                    Textbook.of(rule.algorithm(), rule.limit(), rule.periodMillis(), rule.burst()));
        assertThat(textbook.admits(request.at(), request.cost()))
            .as("%s of %s at %d", rule.ruleId(), request.id(), request.at() - START)
            .isTrue();
        textbook.take(request.at(), request.cost());
      }
    }
    return admitted.size();
  }
}
