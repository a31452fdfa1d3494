package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.local.fault.Fault.Action;
import io.millrace.local.fault.Fault.Target;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultScheduleTest {
  private static final Duration SUSPENDED = Duration.ofSeconds(12);
  private static final Set<Action> PARTITIONS =
      EnumSet.of(Action.DROP, Action.DROP_TO_CLIENT, Action.DROP_TO_SERVER, Action.REFUSE);

  @Test
  void seed_decidesTheSchedule() {
    assertThat(schedule(7, 30)).isEqualTo(schedule(7, 30)).isNotEqualTo(schedule(8, 30));
  }

  @Test
  void thirtyKills_areTwentyTaskManagers_fiveJobManagers_fiveBrokers_andEightOtherFaults() {
    FaultSchedule schedule = schedule(1, 30);

    assertThat(schedule.kills()).isEqualTo(30);
    assertThat(kills(schedule, Target.TASK_MANAGER)).isEqualTo(20);
    assertThat(kills(schedule, Target.JOB_MANAGER)).isEqualTo(5);
    assertThat(kills(schedule, Target.BROKER)).isEqualTo(5);
    assertThat(schedule.faults()).hasSize(38);
    Set<Action> actions = schedule.faults().stream().map(Fault::action).collect(Collectors.toSet());
    assertThat(actions).isEqualTo(EnumSet.allOf(Action.class));
  }

  @Test
  void threeKills_haveOneOfTheOtherProcesses_andAZombie() {
    FaultSchedule schedule = schedule(1, 3);

    assertThat(kills(schedule, Target.TASK_MANAGER)).isEqualTo(2);
    assertThat(kills(schedule, Target.JOB_MANAGER)).isEqualTo(1);
    assertThat(schedule.faults())
        .filteredOn(fault -> fault.action() == Action.SUSPEND)
        .singleElement()
        .extracting(Fault::lasting)
        .isEqualTo(SUSPENDED);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void faults_areSpreadOverTheDuration_afterTheWarmUp(long seed) {
    List<Fault> faults = schedule(seed, 30).faults();

    long slot = (900_000L - 10_000) / faults.size();
    assertThat(faults.get(0).at()).isBetween(10_000L, 10_000 + slot / 2);
    for (int i = 1; i < faults.size(); i++) {
      assertThat(faults.get(i).at() - faults.get(i - 1).at())
          .isGreaterThanOrEqualTo(slot / 2 - 100);
    }
    assertThat(faults.get(faults.size() - 1).at()).isLessThan(900_000 - slot / 2 + 100);
  }

  @Test
  void soakOfAnHour_partitionsTheNetworkTwentyTimesAndMore_andKillsInTheMiddleHalf() {
    FaultSchedule soak = FaultSchedule.soak(1, Duration.ofHours(1), SUSPENDED);

    assertThat(soak.faults()).hasSize(59);
    assertThat(soak)
        .isEqualTo(FaultSchedule.soak(1, Duration.ofHours(1), SUSPENDED))
        .isEqualTo(FaultSchedule.parse(soak.toString()));
    assertThat(soak.faults())
        .filteredOn(fault -> fault.isKill() || fault.action() == Action.SUSPEND)
        .allMatch(fault -> fault.at() > 15 * 60_000 - 60_000 && fault.at() < 45 * 60_000 + 60_000);
    assertThat(kills(soak, Target.TASK_MANAGER)).isEqualTo(8);
    assertThat(kills(soak, Target.JOB_MANAGER)).isEqualTo(4);
    assertThat(kills(soak, Target.BROKER)).isEqualTo(4);
    List<Fault> partitions =
        soak.faults().stream().filter(fault -> PARTITIONS.contains(fault.action())).toList();
    assertThat(partitions).hasSizeGreaterThanOrEqualTo(20);
    assertThat(partitions).allMatch(fault -> fault.lastingMillis() >= 5_000);
    assertThat(partitions).allMatch(fault -> fault.lastingMillis() <= 90_000);
    assertThat(partitions).anyMatch(fault -> fault.lastingMillis() > 60_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 12, 30})
  void text_canBeGivenBack(int kills) {
    FaultSchedule schedule = schedule(3, kills);

    if (kills > 0) {
      assertThat(FaultSchedule.parse(schedule.toString())).isEqualTo(schedule);
      assertThat(FaultSchedule.parse(schedule.toString().replace('\n', ';'))).isEqualTo(schedule);
    } else {
      assertThat(schedule.faults()).isEmpty();
    }
  }

  @Test
  void text_mayHaveCommentsAndEmptyLines_inAnyOrder() {
    assertThat(
            FaultSchedule.parse(
                """
                # by hand
                90s delay broker 200ms for 10s

                  31.5s kill task-manager   # the first
                """))
        .isEqualTo(
            new FaultSchedule(
                List.of(
                    new Fault(31_500, Action.KILL, Target.TASK_MANAGER, 0, 0),
                    new Fault(90_000, Action.DELAY, Target.BROKER, 200, 10_000))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "soon kill broker | 'soon' is no time such as 31.5s",
        "3s kil broker | no action 'kil'; there are kill, suspend",
        "3s kill zookeeper | no target 'zookeeper'; there are task-manager, job-manager, broker",
        "3s kill | it has 2 words",
        "3s kill broker for 3s | kill is over at once",
        "3s kill broker 5 | kill takes no amount",
        "3s suspend task-manager | suspend needs an end",
        "3s suspend broker for 9s | suspend is done to a task-manager",
        "3s drop task-manager for 9s | the only target is broker",
        "3s delay broker for 9s | delay needs an amount such as 200ms",
        "3s limit broker 200ms for 9s | limit needs an amount such as 200B/s",
        "# nothing | the schedule has no faults"
      })
  void parse_ofSomethingElse_saysWhatIsWrong(String text, String reason) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FaultSchedule.parse(text))
        .withMessageContaining(reason);
  }

  private static FaultSchedule schedule(long seed, int kills) {
    return FaultSchedule.of(seed, Duration.ofMinutes(15), kills, SUSPENDED);
  }

  private static long kills(FaultSchedule schedule, Target target) {
    return schedule.faults().stream()
        .filter(fault -> fault.isKill() && fault.target() == target)
        .count();
  }
}
