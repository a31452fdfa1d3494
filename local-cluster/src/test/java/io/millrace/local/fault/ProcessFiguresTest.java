package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessFiguresTest {
  @Test
  void of_linesOfStatus_areItsMemoryInBytesAndItsThreads() {
    List<String> status =
        List.of("Name:\tjava", "VmPeak:\t 9000000 kB", "VmRSS:\t  491804 kB", "Threads:\t37");

    assertThat(ProcessFigures.of(status, 112))
        .contains(new ProcessFigures(491_804L * 1_024, 112, 37));
  }

  @Test
  void of_aZombie_whichHoldsNoMemory_isNothing() {
    assertThat(ProcessFigures.of(List.of("Name:\tjava", "State:\tZ", "Threads:\t1"), 0)).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void of_thisProcess_isWhatItHolds_andOfOneThatIsNone_nothing() throws Exception {
    ProcessFigures figures = ProcessFigures.of(ProcessHandle.current().pid()).orElseThrow();

    assertThat(ProcessFigures.areTold()).isTrue();
    assertThat(figures.memoryBytes()).isGreaterThan(10L << 20);
    assertThat(figures.handles()).isGreaterThan(3);
    assertThat(figures.threads()).isGreaterThan(3);
    assertThat(ProcessFigures.of(Integer.MAX_VALUE)).isEmpty();
  }
}
