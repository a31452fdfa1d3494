package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.topk.CommittedLines;
import io.millrace.operator.topk.Script;
import io.millrace.operator.topk.ScriptedSource;
import io.millrace.operator.topk.Visit;
import io.millrace.operator.window.PanedWindows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs against {@link NaiveCharts}. */
final class TrendingChartsITCase {
  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  /** Window, slide, half-life. */
  private static final long[][] WINDOWS = {
    {60_000, 60_000, 60_000}, {60_000, 10_000, 45_000}, {60_000, 5_000, 3_000}
  };

  /** A visit as a play: of a page by a client. */
  private static final class Fields implements PlayFields<Visit> {
    private static final long serialVersionUID = 1L;

    @Override
    public void song(Visit play, ItemSlice slice) {
      slice.set(Objects.requireNonNull(play.page()));
    }

    @Override
    public void region(Visit play, ItemSlice slice) {
      slice.set(NaiveCharts.region(play));
    }

    @Override
    public long listener(Visit play) {
      byte[] client = ItemBytes.of(Objects.requireNonNull(play.client()));
      return ItemBytes.hash(0, client, 0, client.length);
    }
  }

  /** One job and what it is about. */
  private static final class Run {
    private final String name = UUID.randomUUID().toString();
    private final Configuration configuration = new Configuration();
    private final List<Script> scripts = new ArrayList<>();
    private final List<SongName> names = new ArrayList<>();
    private final ChartSpec spec;

    Run(ChartSpec spec, int parallelism) {
      this.spec = spec;
      configuration.set(PipelineOptions.GENERIC_TYPES, false);
      configuration.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
      configuration.set(PipelineOptions.OBJECT_REUSE, true);
      configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(50));
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 2);
      configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
      configuration.setString("parallelism.default", Integer.toString(parallelism));
    }

    Run rocksDb() {
      configuration.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
      configuration.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
      return this;
    }

    /** Runs to the end and returns the committed lines, sorted. */
    List<String> run() throws Exception {
      StreamExecutionEnvironment env =
          StreamExecutionEnvironment.getExecutionEnvironment(configuration);
      Script catalogue = new Script();
      names.forEach(
          each -> catalogue.emit(new Visit("", each.at(), each.songId(), each.title(), 0)));
      DataStream<SongName> songNames =
          visits(env, "names", List.of(catalogue))
              .map(
                  visit ->
                      new SongName(
                          Objects.requireNonNull(visit.page()),
                          visit.at(),
                          visit.client(),
                          null,
                          false))
              .returns(TypeInformation.of(SongName.class))
              .uid("song-names");
      TrendingCharts.Charts<Visit> charts =
          TrendingCharts.of(
              visits(env, "plays", scripts), new Fields(), songNames, spec, "trending");
      charts
          .published()
          .map(Run::line)
          .returns(Types.STRING)
          .uid("chart-lines")
          .union(
              charts
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

    private static String line(ChartRanking chart) {
      StringBuilder line =
          new StringBuilder("R|" + chart.chart() + "@" + chart.region())
              .append("|" + chart.windowStart() + "|" + chart.windowEnd())
              .append("#" + chart.revision());
      for (int i = 0; i < chart.songs().size(); i++) {
        ChartSong song = chart.songs().get(i);
        assertThat(song.approximate()).isFalse();
        line.append('|')
            .append(
                NaiveCharts.entry(
                    song.songId(),
                    song.title(),
                    song.plays(),
                    song.score(),
                    song.baseline(),
                    chart.previousRanks().get(i),
                    song.listeners()));
      }
      return line.toString();
    }
  }

  private static ChartSpec spec(long[] window, long lateness, int cap) {
    return new ChartSpec(
        new PanedWindows(window[0], window[1], lateness),
        List.of(ChartKind.values()),
        5,
        window[2],
        cap,
        3,
        3_600_000,
        64 << 10);
  }

  private static Visit play(Random random, String id, long now, long spread) {
    double uniform = random.nextDouble();
    String song =
        "song-" + (int) (uniform * uniform * 12) + (random.nextInt(9) == 0 ? "\uFF21" : "");
    return new Visit(
        id,
        now - (long) (random.nextDouble() * spread),
        song,
        "listener-" + random.nextInt(6),
        random.nextInt(3));
  }

  /** Plays of 45 windows, with a silence of thirty in the midst, out of order by at most 5 s. */
  private static Script plays(long seed, int count, long spread) {
    Random random = new Random(seed);
    Script script = new Script();
    long now = -100_000;
    for (int i = 0; i < count; i++) {
      now += random.nextInt(1_500) + (i == count / 2 ? 1_800_000 : 0);
      script.emit(play(random, seed + "-" + i, now, random.nextInt(3) == 0 ? spread : 5_000));
      if (random.nextInt(5) == 0) {
        script.mark(now - 5_001);
      }
    }
    return script;
  }

  private static void addNames(Run run) {
    for (int song = 0; song < 12; song += 2) {
      run.names.add(new SongName("song-" + song, -200_000, "first " + song, null, false));
      run.names.add(new SongName("song-" + song, 100_000L * song, "then " + song, null, false));
    }
  }

  private static NaiveCharts naive(Run run) {
    NaiveCharts naive = new NaiveCharts(run.spec, run.names);
    for (Script script : run.scripts) {
      script.visits().forEach(visit -> naive.add(visit, Long.MIN_VALUE));
    }
    return naive;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void charts_inTimeAtAnyParallelism_equalTheNaiveCount(int cap) throws Exception {
    for (long[] window : WINDOWS) {
      for (int parallelism : new int[] {1, 2}) {
        Run run = new Run(spec(window, 0, cap), parallelism);
        addNames(run);
        run.scripts.add(plays(1, 250, 5_000));
        run.scripts.add(plays(2, 250, 5_000));
        if (parallelism == 2) {
          run.rocksDb();
        }
        assertThat(run.run()).isEqualTo(firstRevisions(naive(run).lines()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void charts_failureInTheMiddle_equalTheNaiveCount(int cap) throws Exception {
    for (long[] window : WINDOWS) {
      Run run = new Run(spec(window, 0, cap), 2).rocksDb();
      addNames(run);
      run.scripts.add(plays(3, 250, 5_000).failingHalfWay(run.name + " one", 25));
      run.scripts.add(plays(4, 250, 5_000).failingHalfWay(run.name + " other", 25));
      assertThat(run.run()).isEqualTo(firstRevisions(naive(run).lines()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void charts_latePlays_lastRevisionsEqualTheNaiveCount(int cap) throws Exception {
    for (long[] window : WINDOWS) {
      for (long lateness : new long[] {0, 7_500, 90_000}) {
        Run run = new Run(spec(window, lateness, cap), 1);
        Script script = plays(5, 400, 150_000);
        run.scripts.add(script);
        NaiveCharts naive = new NaiveCharts(run.spec, List.of());
        long watermark = Long.MIN_VALUE;
        for (Script.Step step : script.steps()) {
          if (step instanceof Script.Mark mark) {
            watermark = Math.max(watermark, mark.watermark());
          } else if (step instanceof Script.Emit emit) {
            naive.add(emit.visit(), watermark);
          }
        }
        List<String> lines = run.run();
        assertThat(lines).anyMatch(line -> lateness > 0 || line.startsWith("L|"));
        assertThat(lastRevisions(lines))
            .as("window %d, slide %d, lateness %d", window[0], window[1], lateness)
            .isEqualTo(withoutRanksBefore(naive.lines()));
      }
    }
  }

  @Test
  void charts_latePlay_revisesExactlyTheOpenWindowsThatHoldIt() throws Exception {
    ChartSpec spec =
        new ChartSpec(
            new PanedWindows(60_000, 20_000, 60_000),
            List.of(ChartKind.WINDOWED),
            5,
            60_000,
            0,
            1,
            3_600_000,
            64 << 10);
    Run run = new Run(spec, 1);
    Script script = new Script();
    for (long at : new long[] {5_000, 25_000, 65_000, 125_000}) {
      script.emit(new Visit("in time", at, "song", "listener", 1));
    }
    // Windows that end up to 60 s have closed, those up to 120 s have ended.
    script.mark(130_000).await(run.name + " published 120000#0");
    script.emit(new Visit("late", 45_000, "late song", "listener", 0));
    script.emit(new Visit("too late", 5_000, "late song", "listener", 0));
    script.mark(139_999);
    run.scripts.add(script);

    List<String> lines = run.run();
    assertThat(lines.stream().filter(line -> line.startsWith("L|"))).containsExactly("L|too late");
    assertThat(lines.stream().filter(line -> line.contains("late song")))
        .allMatch(line -> line.contains("late song null 1 1"))
        .map(line -> line.split("\\|", 5)[1] + " " + line.split("\\|", 5)[3])
        .containsExactlyInAnyOrder(
            // The region had nothing in these windows before.
            "windowed@r0 80000#0",
            "windowed@r0 100000#0",
            "windowed@GLOBAL 80000#1",
            "windowed@GLOBAL 100000#1");
    assertThat(lines.stream().filter(line -> line.contains("#1"))).hasSize(2);
  }

  /** A chart's first revision, by its line. */
  private static List<String> firstRevisions(List<String> lines) {
    List<String> first = new ArrayList<>();
    for (String line : lines) {
      String[] fields = line.split("\\|", 5);
      fields[3] += "#0";
      first.add(String.join("|", fields));
    }
    first.sort(null);
    return first;
  }

  private static List<String> lastRevisions(List<String> lines) {
    Map<String, Integer> revisions = new HashMap<>();
    Map<String, String> last = new HashMap<>();
    for (String line : lines) {
      if (line.startsWith("L|")) {
        continue;
      }
      String[] fields = line.split("\\|", 5);
      String[] endAndRevision = fields[3].split("#", -1);
      fields[3] = endAndRevision[0];
      String chart = fields[1] + "|" + fields[3];
      int revision = Integer.parseInt(endAndRevision[1]);
      if (revision > revisions.getOrDefault(chart, -1)) {
        revisions.put(chart, revision);
        last.put(chart, String.join("|", fields));
      }
    }
    return withoutRanksBefore(List.copyOf(last.values()));
  }

  private static List<String> withoutRanksBefore(List<String> lines) {
    return lines.stream()
        .map(line -> line.replaceAll(" \\d+ (\\d+)(?=\\||$)", " $1"))
        .sorted()
        .toList();
  }
}
