package io.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureCauseTest {
  @Test
  void of_stackTrace_isTheFirstCause() {
    String trace =
        """
        org.apache.flink.runtime.JobException: Recovery is suppressed
        \tat org.apache.flink.A.a(A.java:1)
        Caused by: java.lang.RuntimeException: outer
        \t... 3 more
        Caused by: java.io.IOException: disk: full
        \t... 5 more
        """;
    assertThat(FailureCause.of(trace)).isEqualTo("IOException: disk: full");
  }

  @Test
  void of_stackTraceWithoutMessage_isTheClass() {
    assertThat(FailureCause.of("java.lang.NullPointerException\n\tat A.a(A.java:1)\n"))
        .isEqualTo("NullPointerException");
  }

  @Test
  void of_throwable_isTheFirstCauseOnOneLine() {
    assertThat(FailureCause.of(new RuntimeException("outer", new IOException("two\nlines"))))
        .isEqualTo("IOException: two lines");
    assertThat(FailureCause.of(new IllegalStateException())).isEqualTo("IllegalStateException");
  }

  @Test
  void oneLine_long_isCut() {
    assertThat(FailureCause.oneLine("x".repeat(1_000))).hasSize(403).endsWith("...");
  }
}
