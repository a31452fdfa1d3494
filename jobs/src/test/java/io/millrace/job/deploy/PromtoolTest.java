package io.millrace.job.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prometheus's own promtool reads rules, scraping and the dashboard's expressions, and evaluates
 * the rules over the series of {@code alerts.test.yaml}. Where there is no promtool this is
 * skipped, and says so.
 */
class PromtoolTest {
  private static final String MISSING =
      "promtool is missing, so the alerts are not evaluated; Debian has it in the package"
          + " prometheus";

  @BeforeAll
  @SuppressWarnings("SystemOut") // For whoever wonders what was skipped.
  static void find() throws Exception {
    boolean isThere;
    try {
      isThere = run("--version").exit() == 0;
    } catch (IOException e) {
      isThere = false;
    }
    if (!isThere) {
      System.out.println(MISSING);
      Assumptions.abort(MISSING);
    }
  }

  /** What promtool said, and whether it was content. */
  private record Answer(int exit, String text) {}

  private static Answer run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("promtool"));
    command.addAll(Arrays.asList(arguments));
    Process promtool = new ProcessBuilder(command).redirectErrorStream(true).start();
    promtool.getOutputStream().close();
    String text = new String(promtool.getInputStream().readAllBytes(), UTF_8);
    return new Answer(promtool.waitFor(), text);
  }

  private static void assertContent(String... arguments) throws Exception {
    Answer answer = run(arguments);
    assertThat(answer.exit()).as(answer.text()).isZero();
  }

  @Test
  void rules_areValid() throws Exception {
    assertContent("check", "rules", Monitoring.ALERTS.toString());
  }

  /** Debian's build can't look for pods in Kubernetes, so here it is told where they are. */
  @Test
  void scraping_isValid(@TempDir Path directory) throws Exception {
    Files.copy(Monitoring.ALERTS, directory.resolve("alerts.yaml"));
    String found = "kubernetes_sd_configs:\n      - role: pod\n";
    String told = "static_configs:\n      - targets: [\"127.0.0.1:9249\"]\n";
    String scrape = Files.readString(Monitoring.SCRAPE);
    assertThat(scrape).contains(found);
    Path file = directory.resolve("scrape.yaml");
    Files.writeString(file, scrape.replace(found, told));

    assertContent("check", "config", file.toString());
  }

  @Test
  void alerts_fireWhereTheyMust_andNowhereElse() throws Exception {
    assertContent("test", "rules", Monitoring.ALERT_TESTS.toString());
  }

  @Test
  void alert_thatFiresOtherwise_isFound(@TempDir Path directory) throws Exception {
    Path tests = directory.resolve("alerts.test.yaml");
    Files.copy(Monitoring.ALERT_TESTS, tests);
    String rules = Files.readString(Monitoring.ALERTS);
    String other = rules.replace("numRestarts[15m])) >= 4", "numRestarts[15m])) > 3");
    assertThat(other).isNotEqualTo(rules);
    Files.writeString(directory.resolve("alerts.yaml"), other);

    Answer answer = run("test", "rules", tests.toString());

    assertThat(answer.exit()).isNotZero();
    assertThat(answer.text()).contains("MillraceRestartLoop");
  }

  @Test
  void dashboard_expressions_areValid(@TempDir Path directory) throws Exception {
    StringBuilder tests = new StringBuilder("tests:\n  - promql_expr_test:\n");
    int expressions = 0;
    for (Map.Entry<String, String> each : Monitoring.expressions().entrySet()) {
      if (each.getKey().startsWith("panel ")) {
        expressions++;
        tests.append(
            "      - expr: '%s'%n        eval_time: 1m%n        exp_samples: []%n"
                .formatted(each.getValue().replace("$job", ".*")));
      }
    }
    assertThat(expressions).isGreaterThan(15);
    Path file = directory.resolve("dashboard.test.yaml");
    Files.writeString(file, tests);
    assertContent("test", "rules", file.toString());
  }
}
