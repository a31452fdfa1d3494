package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.fault.FaultSchedule;
import io.millrace.local.fault.RecordId;
import io.millrace.local.fault.Trial;
import io.millrace.schema.web.RequestServed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChaosPlanTest {
  private static final JobCatalogue.Job JOB =
      new JobCatalogue.Job(
          "heavy-hitters",
          "Main",
          "Which?",
          List.of("web.requests"),
          List.of("heavy-hitters.rankings", "heavy-hitters.late", "web.requests.dlq"),
          List.of("redis"),
          Stream.of(
                  "window",
                  "slide",
                  "dimension",
                  "k",
                  "max-out-of-orderness",
                  "idle-timeout",
                  "guarantee")
              .map(key -> new JobCatalogue.Option(key, null, null, null))
              .toList());

  @TempDir private Path directory;

  private final ChaosOptions options = new ChaosOptions();

  @Test
  void byDefault_aProcessIsKilledEvery30s_andTheWholeTakesLessThan5Minutes() throws Exception {
    ChaosPlan plan = plan();

    assertThat(plan.duration()).isEqualTo(Duration.ofMinutes(4));
    assertThat(plan.schedule().kills()).isEqualTo(8);
    assertThat(plan.seeded()).isTrue();
    assertThat(plan.schedule()).isEqualTo(plan().schedule());
  }

  @Test
  void arguments_holdWhatTheOracleCountsOn_andWhatTheUserSets() throws Exception {
    options.settings.add("guarantee=at-least-once");

    List<String> arguments = plan().arguments("127.0.0.1:1", directory);

    assertThat(arguments)
        .containsSequence("--bootstrap", "127.0.0.1:1")
        .containsSequence("--window", "5000ms")
        .containsSequence("--dimension", "path,status")
        .containsSequence("--idle-timeout", "0s")
        .containsSequence("--stores", "none")
        .containsSequence("--guarantee", "at-least-once");
  }

  @Test
  void givenSchedule_isTaken() throws Exception {
    options.schedule = FaultSchedule.parse("12s kill broker");

    assertThat(plan().schedule()).isEqualTo(options.schedule);
    assertThat(plan().seeded()).isFalse();
  }

  @Test
  void soak_hasAScheduleOfItsOwn_andTakesAGivenOne() throws Exception {
    options.soak = true;
    options.duration = Duration.ofMinutes(30);

    assertThat(plan().soak()).isTrue();
    assertThat(plan().schedule().faults()).hasSize(29);
    options.schedule = FaultSchedule.parse("12s kill broker");
    assertThat(plan().schedule()).isEqualTo(options.schedule);
  }

  @Test
  void soakThatDoesNotFit_isRefused() {
    options.soak = true;
    options.duration = Duration.ofMinutes(19);
    assertRefused("--soak needs a --duration of at least 20m");
    options.duration = Duration.ofMinutes(20);
    options.kills = 3;
    assertRefused("--soak and --kills exclude each other");
  }

  @Test
  void optionsThatDoNotFit_areRefused() {
    options.kills = 3;
    options.schedule = FaultSchedule.parse("12s kill broker");
    assertRefused("--schedule and --kills exclude each other");
    options.schedule = null;
    options.kills = -1;
    assertRefused("--kills must be from 0 to 10000");
    options.kills = 3;
    options.settings.add("window=1m");
    assertRefused("--set window is not possible: the oracle needs it to be 5000ms");
    options.settings.set(0, "slide=1s");
    assertRefused("--set slide is not possible: the oracle needs it to be 5000ms");
    options.settings.set(0, "location=file:/elsewhere");
    assertRefused("--set location is not possible: the oracle looks into a directory of the run");
    options.settings.set(0, "windows=1m");
    assertRefused("unknown option 'windows'");
    options.settings.clear();
    options.parallelism = 0;
    assertRefused("parallelism must be from 1 to 128");
    options.duration = Duration.ofSeconds(5);
    assertRefused("--duration must be at least 20.0s");
    for (double percent : new double[] {-0.01, 100.01, Double.NaN}) {
      options.poisonPercent = percent;
      assertRefused("--poison must be from 0 to 100");
    }
  }

  @Test
  void poison_isInPercent() throws Exception {
    options.poisonPercent = 100.0;
    Trial all = plan().trial();
    options.poisonPercent = 0.0;
    Trial none = plan().trial();

    for (int i = 0; i < 100; i++) {
      assertThat(all.next(new RecordId(0, i), 1_000_000L + i).event()).isNull();
      assertThat(none.next(new RecordId(0, i), 1_000_000L + i).event()).isNotNull();
    }
  }

  @Test
  void hotKey_hasItsShareOfTheRecords() throws Exception {
    options.hotPercent = 99.0;
    Trial trial = plan().trial();
    Map<String, Integer> paths = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      if (trial.next(new RecordId(0, i), 1_000_000L + i).event() instanceof RequestServed request) {
        paths.merge(request.path(), 1, Integer::sum);
      }
    }

    assertThat(Collections.max(paths.values())).isBetween(970, 1_000);
    options.hotPercent = 100.0;
    assertRefused("--hot must be from 0 to 99.9");
  }

  private void assertRefused(String reason) {
    assertThatThrownBy(this::plan).isInstanceOf(UsageException.class).hasMessageContaining(reason);
  }

  private ChaosPlan plan() throws UsageException {
    return ChaosPlan.of(JOB, Path.of("jobs.jar"), options);
  }
}
