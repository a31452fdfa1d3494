package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.client.JobStatusMessage;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole jobs against {@link NaiveRankings}. */
final class HeavyHittersITCase {
  private static final Map<String, Function<Visit, String>> PAGE_AND_CLIENT =
      Map.of("page", Visit::page, "client", Visit::client);

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  /** A test that failed leaves no job behind to take the slots of the next. */
  @AfterEach
  void cancelJobs(@InjectClusterClient ClusterClient<?> client) throws Exception {
    for (JobStatusMessage job : client.listJobs().get()) {
      if (!job.getJobState().isGloballyTerminalState()) {
        client.cancel(job.getJobId()).get();
        client.requestJobResult(job.getJobId()).get();
      }
    }
  }

  /** Window, slide, allowed lateness. */
  private static final long[][] WINDOWS = {
    {60_000, 60_000, 0},
    {60_000, 60_000, 7_500},
    {60_000, 20_000, 0},
    {90_000, 60_000, 1_000},
    {60_000, 1_000, 0}
  };

  static Stream<Arguments> windows() {
    return Stream.of(WINDOWS).map(w -> Arguments.of(w[0], w[1], w[2]));
  }

  /** A random record whose time is at most {@code spread} before {@code now}. */
  private static Visit visit(Random random, String id, long now, long spread) {
    // The squares make few pages frequent and leave many ties.
    double uniform = random.nextDouble();
    String page = "/" + (int) (uniform * uniform * 40);
    String client = "c" + random.nextInt(5) + (random.nextInt(9) == 0 ? "\uFF21" : "");
    return new Visit(
        id,
        now - (long) (random.nextDouble() * spread),
        random.nextInt(10) == 0 ? null : page,
        random.nextInt(4) == 0 ? null : random.nextInt(20) == 0 ? "" : client,
        random.nextInt(4));
  }

  /** Records out of order by at most 5 s, with watermarks that far behind. */
  private static Script inTime(long seed, int records) {
    Random random = new Random(seed);
    Script script = new Script();
    long now = -100_000;
    for (int i = 0; i < records; i++) {
      now += random.nextInt(1_500);
      script.emit(visit(random, seed + "-" + i, now, 5_000));
      if (random.nextInt(5) == 0) {
        script.mark(now - 5_001);
      }
    }
    return script;
  }

  /** The same with records that are late by up to 150 s. */
  private static Script oftenLate(long seed, int records) {
    Random random = new Random(seed);
    Script script = new Script();
    long now = -100_000;
    for (int i = 0; i < records; i++) {
      now += random.nextInt(1_500);
      script.emit(visit(random, seed + "-" + i, now, random.nextInt(3) == 0 ? 150_000 : 5_000));
      if (random.nextInt(5) == 0) {
        script.mark(now - 5_001);
      }
    }
    return script;
  }

  private static List<String> expected(HeavyHittersRun run, long[] window, int k) {
    NaiveRankings naive = new NaiveRankings(window[0], window[1], window[2]);
    run.visits().forEach(visit -> naive.add(visit, Long.MIN_VALUE, PAGE_AND_CLIENT));
    return naive.lines(k);
  }

  @ParameterizedTest
  @MethodSource("windows")
  void rank_inTimeAtAnyParallelism_equalsTheNaiveCount(long size, long slide, long lateness)
      throws Exception {
    for (int parallelism : new int[] {1, 2, 4}) {
      HeavyHittersRun run =
          new HeavyHittersRun()
              .windows(size, slide, lateness)
              .dimensions(Visit.BY_PAGE_AND_CLIENT)
              .top(7)
              .parallelism(parallelism);
      for (int i = 0; i < 4; i++) {
        run.script(inTime(i, 150));
      }
      if (parallelism == 2) {
        run.rocksDb();
      }
      assertThat(run.run()).isEqualTo(expected(run, new long[] {size, slide, lateness}, 7));
    }
  }

  @ParameterizedTest
  @MethodSource("windows")
  void rank_failureInTheMiddle_equalsTheNaiveCount(long size, long slide, long lateness)
      throws Exception {
    for (boolean unaligned : new boolean[] {false, true}) {
      HeavyHittersRun run =
          new HeavyHittersRun()
              .windows(size, slide, lateness)
              .dimensions(Visit.BY_PAGE_AND_CLIENT)
              .top(7)
              .parallelism(2)
              .mayFail(2);
      run.script(inTime(1, 200).failingHalfWay(run.name() + " one", 25));
      run.script(inTime(2, 200)).script(inTime(3, 200).failingHalfWay(run.name() + " other", 25));
      if (unaligned) {
        run.unaligned();
      } else {
        run.rocksDb();
      }
      assertThat(run.run()).isEqualTo(expected(run, new long[] {size, slide, lateness}, 7));
    }
  }

  @ParameterizedTest
  @MethodSource("windows")
  void rank_lateRecords_eachIsCountedInTheWindowsThatAreOpenOrIsLate(
      long size, long slide, long lateness) throws Exception {
    for (boolean withFailure : new boolean[] {false, true}) {
      HeavyHittersRun run =
          new HeavyHittersRun()
              .windows(size, slide, lateness)
              .dimensions(Visit.BY_PAGE_AND_CLIENT)
              .top(7)
              .parallelism(1)
              .mayFail(1);
      Script script = oftenLate(5, 400);
      run.script(withFailure ? script.failingHalfWay(run.name(), 25) : script);

      NaiveRankings naive = new NaiveRankings(size, slide, lateness);
      long watermark = Long.MIN_VALUE;
      for (Script.Step step : script.steps()) {
        if (step instanceof Script.Mark mark) {
          watermark = Math.max(watermark, mark.watermark());
        } else if (step instanceof Script.Emit emit) {
          naive.add(emit.visit(), watermark, PAGE_AND_CLIENT);
        }
      }
      List<String> lines = run.run();
      assertThat(lines).anyMatch(line -> line.startsWith("L|"));
      assertThat(lines).isEqualTo(naive.lines(7));
    }
  }

  @ParameterizedTest
  @MethodSource("windows")
  void rank_lateRecordsAtAnyParallelism_noneIsLostOrCountedTwice(
      long size, long slide, long lateness) throws Exception {
    for (int parallelism : new int[] {2, 4}) {
      HeavyHittersRun run =
          new HeavyHittersRun()
              .windows(size, slide, lateness)
              .dimensions(Visit.BY_ID)
              .parallelism(parallelism)
              .mayFail(1);
      run.script(oftenLate(1, 150)).script(oftenLate(2, 150).failingHalfWay(run.name(), 25));
      run.script(oftenLate(3, 150)).script(oftenLate(4, 150));
      Conservation.of(run.run())
          .check(run.visits(), new NaiveRankings(size, slide, lateness), size);
    }
  }

  @Test
  void rank_noRecords_publishesNothing() throws Exception {
    HeavyHittersRun run = new HeavyHittersRun().script(new Script().mark(5)).parallelism(2);
    assertThat(run.run()).isEmpty();
  }

  @Test
  void rank_inputsEndWhileIdle_allWindowsArePublished() throws Exception {
    HeavyHittersRun run = new HeavyHittersRun().parallelism(2);
    run.script(new Script().emit(Visit.of(1, "a")).goIdle());
    run.script(new Script().emit(Visit.of(2, "a")).goIdle());
    assertThat(run.run()).containsExactly("R|page|0|60000|2|0|a=2");
  }

  @ParameterizedTest
  @CsvSource({"2, 4", "2, 1", "4, 3"})
  void rank_stoppedAndRestoredWithOtherParallelism_equalsTheNaiveCount(
      int before, int after, @InjectClusterClient ClusterClient<?> client, @TempDir Path savepoints)
      throws Exception {
    long[] window = {90_000, 60_000, 1_000};
    HeavyHittersRun run = new HeavyHittersRun().windows(window[0], window[1], window[2]);
    run.dimensions(Visit.BY_PAGE_AND_CLIENT).top(7).rocksDb();
    for (int i = 0; i < 4; i++) {
      run.pausing(inTime(i, 200));
    }
    assertThat(run.stopHalfWayAndRun(client, savepoints, before, after))
        .isEqualTo(expected(run, window, 7));
  }

  @Test
  void rank_restoredWithOtherWindows_refuses(
      @InjectClusterClient ClusterClient<?> client, @TempDir Path savepoints) throws Exception {
    HeavyHittersRun run = new HeavyHittersRun().parallelism(2);
    run.script(
        new Script()
            .emit(Visit.of(1, "a"))
            .awaitCheckpoint()
            .signal(run.name() + " read")
            .await("never"));
    // Flink takes no savepoint while a task is about to end, so the other one stays too.
    run.script(new Script().await("never"));
    JobID job = run.build().executeAsync().getJobID();
    Signals.of(run.name() + " read").get(60, TimeUnit.SECONDS);
    String savepoint =
        client
            .stopWithSavepoint(
                job, false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
            .get(60, TimeUnit.SECONDS);
    assertThatThrownBy(() -> run.windows(60_000, 20_000, 0).from(savepoint).run())
        .hasStackTraceContaining("window 60000 ms, slide 60000 ms, allowed lateness 0 ms")
        .hasStackTraceContaining("asks for window 60000 ms, slide 20000 ms")
        .hasStackTraceContaining("restore with the former options, or start without state");
  }

  @Test
  void rank_plan_countsInTheTaskThatReads() {
    HeavyHittersRun run = new HeavyHittersRun().parallelism(2).script(new Script());
    List<String> vertices = new ArrayList<>();
    run.build()
        .getStreamGraph()
        .getJobGraph()
        .getVertices()
        .forEach(vertex -> vertices.add(vertex.getName()));
    assertThat(vertices)
        .anyMatch(name -> name.matches("Source: scripts -> .*Count where read.*Stand in.*"));
  }

  @Test
  void rank_partOfTheSourceEnds_checkpointsGoOn() throws Exception {
    HeavyHittersRun run = new HeavyHittersRun().parallelism(2);
    run.script(new Script().emit(Visit.of(1, "a")));
    // Each wait is for a checkpoint that starts after the one before it is complete.
    Script longer = new Script();
    for (int i = 0; i < 5; i++) {
      longer.emit(Visit.of(2 + i, "b")).awaitCheckpoint();
    }
    run.script(longer);
    assertThat(run.run()).containsExactly("R|page|0|60000|6|0|b=5|a=1");
  }

  @Test
  void rank_aTaskReturnsFromAnHourOfIdleness_itsRecordsAreCountedOrLate() throws Exception {
    for (boolean unaligned : new boolean[] {false, true}) {
      HeavyHittersRun run = new HeavyHittersRun().dimensions(Visit.BY_ID).parallelism(2);
      if (unaligned) {
        run.unaligned();
      }
      // So that the tasks get beyond what they may have reached while one was idle.
      long minute = 60_000;
      long start = (System.currentTimeMillis() / minute - 60) * minute;
      Script steady = new Script();
      Script pausing = new Script();
      for (int i = 0; i < 60; i++) {
        steady.emit(visitAt("steady-" + i, start + i * minute + 1)).mark(start + i * minute);
      }
      pausing.emit(visitAt("first", start + 1)).mark(start).emit(visitAt("second", start + 2));
      pausing.goIdle().await(run.name() + " published " + (start + 59 * minute));
      // The first records come before the source says that it is active.
      pausing.emit(visitAt("old before active", start + 5 * minute));
      pausing.emit(visitAt("open before active", start + 59 * minute + 5));
      pausing.mark(start + 5 * minute);
      pausing.emit(visitAt("old", start + 6 * minute));
      pausing.emit(visitAt("open", start + 59 * minute + 6));
      if (!unaligned) {
        // Its barrier goes behind the records, so they were decided on when it is complete.
        pausing.awaitCheckpoint();
      }
      pausing.signal(run.name() + " returned");
      steady.await(run.name() + " returned");
      for (int i = 60; i < 240; i++) {
        steady.emit(visitAt("steady-" + i, start + i * minute + 1)).mark(start + i * minute);
        pausing.emit(visitAt("again-" + i, start + i * minute + 2)).mark(start + i * minute);
        if (i % 60 == 0) {
          pausing.awaitCheckpoint();
        }
      }
      run.script(steady).script(pausing);

      List<String> lines = run.run();
      Conservation counted = Conservation.of(lines);
      counted.check(run.visits(), new NaiveRankings(minute, minute, 0), minute);
      assertThat(counted.late()).contains("old before active", "old");
      assertThat(counted.late()).doesNotContain("first", "second");
      assertThat(counted.late()).doesNotContain("steady-0", "steady-59", "steady-239");
      if (!unaligned) {
        assertThat(counted.late()).doesNotContain("open before active", "open");
      }
    }
  }

  @Test
  void rank_tasksGoIdleAtRandom_noRecordIsLostOrCountedTwice() throws Exception {
    long slide = 20_000;
    long size = 60_000;
    for (int seed = 0; seed < 6; seed++) {
      HeavyHittersRun run =
          new HeavyHittersRun()
              .windows(size, slide, 0)
              .dimensions(Visit.BY_ID)
              .parallelism(seed % 2 == 0 ? 2 : 3)
              .mayFail(1);
      if (seed >= 3) {
        run.unaligned();
      }
      long start = System.currentTimeMillis() / slide * slide - 1_800_000;
      for (int task = 0; task < 3; task++) {
        Random random = new Random(10L * seed + task);
        Script script = new Script();
        long now = start;
        for (int i = 0; i < 250; i++) {
          now += random.nextInt(60_000);
          script.emit(visitAt(task + "-" + i, now - random.nextInt(10_000)));
          int dice = random.nextInt(12);
          if (dice < 4) {
            script.mark(now - 5_001);
          } else if (dice == 4) {
            script.goIdle();
          } else if (dice == 5 && i % 3 == 0) {
            script.awaitCheckpoint();
          }
          if (task == 1 && i == 170) {
            script.failOnce(run.name());
          }
        }
        run.script(script);
      }
      Conservation.of(run.run()).check(run.visits(), new NaiveRankings(size, slide, 0), size);
    }
  }

  private static Visit visitAt(String id, long at) {
    return new Visit(id, at, null, null, 1);
  }

  /** Where each record was counted, from rankings in which each record is an item of its own. */
  private record Conservation(Map<String, List<Long>> startsById, List<String> late) {
    static Conservation of(List<String> lines) {
      Map<String, List<Long>> starts = new HashMap<>();
      List<String> late = new ArrayList<>();
      List<String> published = new ArrayList<>();
      for (String line : lines) {
        String[] fields = line.split("\\|", -1);
        if (fields[0].equals("L")) {
          late.add(fields[1]);
          continue;
        }
        published.add(fields[1] + " " + fields[2]);
        for (int i = 6; i < fields.length; i++) {
          String id = fields[i].substring(0, fields[i].lastIndexOf('='));
          starts.computeIfAbsent(id, any -> new ArrayList<>()).add(Long.parseLong(fields[2]));
        }
      }
      assertThat(published).doesNotHaveDuplicates();
      assertThat(late).doesNotHaveDuplicates();
      return new Conservation(starts, late);
    }

    /** Each record is either late, or counted in all its windows from one on, each once. */
    void check(List<Visit> visits, NaiveRankings windows, long size) {
      assertThat(startsById.size() + late.size()).isEqualTo(visits.size());
      for (Visit visit : visits) {
        List<Long> counted = startsById.get(visit.id());
        if (counted == null) {
          assertThat(late).contains(visit.id());
          continue;
        }
        assertThat(late).doesNotContain(visit.id());
        List<Long> all = new ArrayList<>(windows.windowsWith(visit.at()));
        all.sort(null);
        counted.sort(null);
        assertThat(counted)
            .as("windows of %s at %d of %d", visit.id(), visit.at(), size)
            .isEqualTo(all.subList(all.size() - counted.size(), all.size()));
      }
    }
  }
}
