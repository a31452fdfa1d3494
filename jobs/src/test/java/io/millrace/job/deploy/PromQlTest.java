package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {
  @Test
  void of_expression_namesMetricsAndLabels() {
    assertThat(
            PromQl.of(
                "sum by (job_name, operator_name)"
                    + " (increase(flink_a{job_name=~\"x by (y)\",host!=\"\"}[15m])) > 3"))
        .isEqualTo(new PromQl(Set.of("flink_a"), Set.of("host", "job_name", "operator_name")));
    assertThat(
            PromQl.of("sum(flink_a offset 10m) >= 1\nor\nsum by (host) (flink_b unless flink_c)"))
        .isEqualTo(new PromQl(Set.of("flink_a", "flink_b", "flink_c"), Set.of("host")));
    assertThat(PromQl.of("label_values(flink_a, job_name)"))
        .isEqualTo(new PromQl(Set.of("flink_a"), Set.of("job_name")));
  }

  @Test
  void of_wordThatIsNoMetric_isRefused() {
    assertThatThrownBy(() -> PromQl.of("sum(flonk_a) + flink_b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("flonk_a");
    assertThatThrownBy(() -> PromQl.of("sum by (job_name) (1)"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no metric");
  }
}
