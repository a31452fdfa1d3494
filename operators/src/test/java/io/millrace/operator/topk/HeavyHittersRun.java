package io.millrace.operator.topk;

import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.window.PanedWindows;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/** One job of scripts, heavy hitters and a committing sink. */
final class HeavyHittersRun {
  private final String name = UUID.randomUUID().toString();
  private final List<Script> scripts = new ArrayList<>();
  private final Configuration configuration = new Configuration();
  private PanedWindows windows = new PanedWindows(60_000, 60_000, 0);
  private List<Dimension<Visit>> dimensions = Visit.BY_PAGE;
  private int k = 10_000;
  private SketchAlgorithm algorithm = SketchAlgorithm.EXACT;
  private long maxAheadMillis = Duration.ofHours(1).toMillis();

  HeavyHittersRun() {
    configuration.set(PipelineOptions.GENERIC_TYPES, false);
    configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
    configuration.set(PipelineOptions.OBJECT_REUSE, true);
    configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
  }

  /** Name of this run, which no other has. */
  String name() {
    return name;
  }

  HeavyHittersRun windows(long size, long slide, long lateness) {
    windows = new PanedWindows(size, slide, lateness);
    return this;
  }

  /** With the least memory that there may be. */
  HeavyHittersRun algorithm(SketchAlgorithm named) {
    algorithm = named;
    return this;
  }

  HeavyHittersRun dimensions(List<Dimension<Visit>> named) {
    dimensions = named;
    return this;
  }

  HeavyHittersRun top(int most) {
    k = most;
    return this;
  }

  HeavyHittersRun script(Script script) {
    scripts.add(script);
    return this;
  }

  HeavyHittersRun parallelism(int parallelism) {
    // The name of the option is one of Flink's core; the class differs between its versions.
    configuration.setString("parallelism.default", Integer.toString(parallelism));
    return this;
  }

  HeavyHittersRun rocksDb() {
    configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
    configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    return this;
  }

  HeavyHittersRun unaligned() {
    configuration.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
    return this;
  }

  HeavyHittersRun mayFail(int times) {
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, times);
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
    return this;
  }

  HeavyHittersRun from(@Nullable String savepoint) {
    if (savepoint != null) {
      configuration.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
    }
    return this;
  }

  /** The records of all scripts. */
  List<Visit> visits() {
    return scripts.stream().flatMap(script -> script.visits().stream()).toList();
  }

  /** The job, ready to be executed. */
  StreamExecutionEnvironment build() {
    return build(name);
  }

  /** The job, ready to be executed, with the signals and lines of another run. */
  StreamExecutionEnvironment build(String run) {
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    HeavyHittersSpec spec =
        new HeavyHittersSpec(windows, k, algorithm, 64 << 10, maxAheadMillis, 64 << 10);
    HeavyHitters.Rankings<Visit> rankings =
        HeavyHitters.rank(
            env.fromSource(
                    new ScriptedSource(scripts),
                    WatermarkStrategy.noWatermarks(),
                    "scripts",
                    TypeInformation.of(Visit.class))
                .uid("scripts"),
            spec,
            dimensions,
            Visit::bytes,
            "heavy-hitters");
    rankings
        .published()
        .map(HeavyHittersRun::line)
        .returns(Types.STRING)
        .uid("ranking-lines")
        .union(
            rankings
                .late()
                .map(late -> "L|" + late.f0.id() + "|" + late.f1)
                .returns(Types.STRING)
                .uid("late-lines"))
        .sinkTo(new CommittedLines(run))
        .uid("lines");
    return env;
  }

  /** Adds a script that pauses half way, for {@link #stopHalfWayAndRun}. */
  HeavyHittersRun pausing(Script script) {
    return script(script.pausedHalfWay(name + " half " + scripts.size(), name + " restored"));
  }

  /**
   * Stops the job with a savepoint when all scripts have paused, restores it with another
   * parallelism, runs that to the end and returns the committed lines, sorted.
   */
  List<String> stopHalfWayAndRun(ClusterClient<?> client, Path savepoints, int before, int after)
      throws Exception {
    JobID job = parallelism(before).build().executeAsync().getJobID();
    for (int i = 0; i < scripts.size(); i++) {
      Signals.of(name + " half " + i).get(60, TimeUnit.SECONDS);
    }
    String savepoint =
        client
            .stopWithSavepoint(
                job, false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get(60, TimeUnit.SECONDS);
    Signals.give(name + " restored");
    return parallelism(after).from(savepoint).run();
  }

  /** Runs to the end and returns the committed lines, sorted. */
  List<String> run() throws Exception {
    build().execute();
    return CommittedLines.of(name);
  }

  private static String line(Ranking ranking) {
    StringBuilder line = new StringBuilder("R|").append(ranking.dimension()).append('|');
    line.append(ranking.windowStart()).append('|').append(ranking.windowEnd()).append('|');
    line.append(ranking.total()).append('|').append(ranking.maxError());
    for (ItemEstimate item : ranking.items()) {
      if (item.lowerBound() != item.count() || item.upperBound() != item.count()) {
        line.append('|').append(item.item()).append('=').append(item.lowerBound());
        line.append(',').append(item.count()).append(',').append(item.upperBound());
        continue;
      }
      line.append('|').append(item.item()).append('=').append(item.count());
    }
    return line.toString();
  }
}
