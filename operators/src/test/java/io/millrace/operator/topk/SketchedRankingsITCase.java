package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.SketchAlgorithm;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.InjectClusterClient;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whole jobs that count with sketches, with more items than these may hold: every bound contains
 * the truth, after failures and with another parallelism too.
 */
final class SketchedRankingsITCase {
  private static final int K = 7;
  private static final int RECORDS = 6_000;

  @RegisterExtension
  static final MiniClusterExtension CLUSTER =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(4)
              .build());

  /** Some pages are frequent, and one is {@code hot} of all; most are seen once or twice. */
  private static Script script(long seed, double hot) {
    Random random = new Random(seed);
    Script script = new Script();
    for (int i = 0; i < RECORDS; i++) {
      long now = 10L * i;
      double uniform = random.nextDouble();
      String page =
          random.nextDouble() < hot ? "/hot" : "/" + (int) (uniform * uniform * uniform * 60_000);
      long bytes = random.nextInt(10) == 0 ? random.nextInt(100) : 1;
      script.emit(new Visit(seed + "-" + i, now, page, null, bytes));
      if (i % 200 == 0) {
        script.mark(now - 1);
      }
    }
    return script;
  }

  private static HeavyHittersRun run(SketchAlgorithm algorithm, long slide) {
    return new HeavyHittersRun()
        .windows(60_000, slide, 0)
        .algorithm(algorithm)
        .top(K)
        .dimensions(Visit.BY_PAGE);
  }

  /** Checks every line and returns how many of them are not exact. */
  private static int check(HeavyHittersRun run, long slide, List<String> lines) {
    NaiveRankings naive = new NaiveRankings(60_000, slide, 0);
    run.visits().forEach(visit -> naive.add(visit, Long.MIN_VALUE, Map.of("page", Visit::page)));
    Map<String, Map<String, Long>> windows = new HashMap<>(naive.weights());
    int approximate = 0;
    for (String line : lines) {
      String[] parts = line.split("\\|", -1);
      Map<String, Long> truth = windows.remove(parts[1] + "|" + parts[2]);
      assertThat(truth).as(line).isNotNull();
      long maxError = Long.parseLong(parts[5]);
      checkRow(line, parts, Objects.requireNonNull(truth), maxError);
      approximate += maxError > 0 ? 1 : 0;
    }
    assertThat(windows).isEmpty();
    return approximate;
  }

  private static void checkRow(
      String line, String[] parts, Map<String, Long> truth, long maxError) {
    long total = truth.values().stream().mapToLong(Long::longValue).sum();
    assertThat(Long.parseLong(parts[4])).as(line).isEqualTo(total);
    assertThat(maxError).as(line).isLessThanOrEqualTo(total / K);
    Set<String> ranked = new HashSet<>();
    long least = Long.MAX_VALUE;
    for (int i = 6; i < parts.length; i++) {
      String item = parts[i].substring(0, parts[i].indexOf('='));
      String[] numbers = parts[i].substring(item.length() + 1).split(",", -1);
      long lower = Long.parseLong(numbers[0]);
      long count = Long.parseLong(numbers[numbers.length / 2]);
      long upper = Long.parseLong(numbers[numbers.length - 1]);
      assertThat(ranked.add(item)).isTrue();
      assertThat(truth.get(item)).as(line).isBetween(lower, upper);
      assertThat(upper - lower).as(line).isLessThanOrEqualTo(maxError);
      assertThat(count).as(line).isBetween(lower, upper).isLessThanOrEqualTo(least);
      least = count;
    }
    assertThat(ranked).hasSize(K);
    long othersAtMost = least + maxError;
    truth.forEach(
        (item, weight) -> {
          if (!ranked.contains(item)) {
            assertThat(weight).as("%s in %s", item, line).isLessThanOrEqualTo(othersAtMost);
          }
        });
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "EXACT")
  void rank_failureInTheMiddle_boundsContainTheTruth(SketchAlgorithm algorithm) throws Exception {
    for (long slide : new long[] {60_000, 6_000}) {
      HeavyHittersRun run = run(algorithm, slide).parallelism(2).mayFail(2);
      run.script(script(1, 0).failingHalfWay(run.name() + " one", 500));
      run.script(script(2, 0)).script(script(3, 0).failingHalfWay(run.name() + " other", 500));
      if (slide == 60_000) {
        run.rocksDb();
      }
      // The items of a window are too many for its memory, which its panes share.
      assertThat(check(run, slide, run.run())).isEqualTo(slide == 60_000 ? 1 : 19);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.5, EXACT", "0.5, ADAPTIVE", "0.99, EXACT", "0.99, ADAPTIVE"})
  void rank_onePageIsHalfOrNearlyAllOfTheTraffic_boundsContainTheTruth(
      double hot, SketchAlgorithm algorithm) throws Exception {
    HeavyHittersRun run = run(algorithm, 20_000).parallelism(4);
    for (int i = 0; i < 4; i++) {
      run.script(script(i, hot));
    }
    List<String> lines = run.run();
    check(run, 20_000, lines);
    assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).contains("|/hot="));
  }

  @ParameterizedTest
  @CsvSource({"ADAPTIVE, 2, 4", "ADAPTIVE, 4, 1", "SPACE_SAVING, 2, 3", "COUNT_MIN, 3, 2"})
  void rank_stoppedAndRestoredWithOtherParallelism_boundsContainTheTruth(
      SketchAlgorithm algorithm,
      int before,
      int after,
      @InjectClusterClient ClusterClient<?> client,
      @TempDir Path savepoints)
      throws Exception {
    HeavyHittersRun run = run(algorithm, 60_000).rocksDb();
    for (int i = 0; i < 4; i++) {
      run.pausing(script(i, 0));
    }
    List<String> lines = run.stopHalfWayAndRun(client, savepoints, before, after);
    assertThat(check(run, 60_000, lines)).isEqualTo(1);
  }
}
