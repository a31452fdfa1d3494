package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The alerts, their runbooks, the dashboard and the scraping fit each other. */
class MonitoringTest {
  private static final Pattern LABEL = Pattern.compile("\\{\\{\\s*(?:\\$labels\\.)?(\\w+)\\s*}}");

  @Test
  void alerts_haveARunbookEach_andTheOtherWayRound() throws Exception {
    List<JsonNode> alerts = Monitoring.alerts();

    assertThat(alerts).isNotEmpty();
    for (JsonNode alert : alerts) {
      String name = alert.get("alert").asText();
      assertThat(alert.at("/annotations/runbook").asText()).isEqualTo("runbooks/" + name + ".md");
      assertThat(alert.at("/labels/severity").asText()).isIn("page", "ticket");
      assertThat(
              Files.readAllLines(
                  Deploy.DIRECTORY.resolve(alert.at("/annotations/runbook").asText())))
          .startsWith("# " + name);
    }
    assertThat(Deploy.names("runbooks"))
        .containsExactlyInAnyOrderElementsOf(
            alerts.stream().map(alert -> alert.get("alert").asText() + ".md").toList());
  }

  @Test
  void alerts_areTestedWhereTheyFire_whereTheyDoNot_andNothingElseIs() throws Exception {
    Map<String, Set<Boolean>> fires = new TreeMap<>();
    Map<String, Set<String>> asked = new TreeMap<>();
    for (JsonNode alert : Monitoring.alerts()) {
      String name = alert.get("alert").asText();
      asked.put(name, PromQl.of(alert.get("expr").asText()).metrics());
      fires.put(name, new HashSet<>());
    }
    Set<String> silent = new HashSet<>();
    for (JsonNode test : Monitoring.alertTests()) {
      Set<String> given = new HashSet<>();
      for (JsonNode series : test.get("input_series")) {
        given.addAll(PromQl.of(series.get("series").asText()).metrics());
      }
      boolean anyFires = false;
      String name = "";
      for (JsonNode moment : test.get("alert_rule_test")) {
        name = moment.get("alertname").asText();
        assertThat(fires).as("alerts").containsKey(name);
        assertThat(given).as(test.get("name").asText()).isEqualTo(asked.get(name));
        anyFires |= !moment.get("exp_alerts").isEmpty();
        fires
            .computeIfAbsent(name, unused -> new HashSet<>())
            .add(!moment.get("exp_alerts").isEmpty());
      }
      if (!anyFires) {
        silent.add(name);
      }
    }
    assertThat(fires.values()).allMatch(each -> each.size() == 2);
    // It fires for any row that is lost, so only the time before is without.
    assertThat(silent).hasSize(fires.size() - 1).doesNotContain("MillraceLostTransactions");
  }

  @Test
  void overview_listsEveryAlert() throws Exception {
    String overview = Files.readString(Deploy.DIRECTORY.resolve("README.md"));
    for (JsonNode alert : Monitoring.alerts()) {
      String name = alert.get("alert").asText();
      assertThat(overview).contains("| [" + name + "](runbooks/" + name + ".md) |");
    }
  }

  @Test
  void alerts_tellOnlyLabelsThatTheirResultHas() throws Exception {
    for (JsonNode alert : Monitoring.alerts()) {
      PromQl expression = PromQl.of(alert.get("expr").asText());
      Set<String> kept = new HashSet<>(expression.labels());
      if (!alert.get("expr").asText().contains("by (")) {
        kept.add("host"); // Nothing is summed, so the metric's own labels are there.
      }
      Matcher label = LABEL.matcher(alert.at("/annotations/summary").asText());
      while (label.find()) {
        assertThat(kept).as(alert.get("alert").asText()).contains(label.group(1));
      }
    }
  }

  @Test
  void dashboard_panels_lieBesideEachOtherAndTellTheirLabels() throws Exception {
    Set<String> places = new HashSet<>();
    Set<Integer> ids = new HashSet<>();
    for (JsonNode panel : Monitoring.dashboard().get("panels")) {
      JsonNode place = panel.get("gridPos");
      assertThat(places.add(place.get("x") + "," + place.get("y"))).isTrue();
      assertThat(ids.add(panel.get("id").asInt())).isTrue();
      assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
      assertThat(panel.get("targets")).isNotEmpty();
    }
    assertThat(ids).hasSizeGreaterThan(10);
  }

  @Test
  void scraping_findsThePortThatManifestsName() throws Exception {
    JsonNode scrape = Deploy.yaml(Monitoring.SCRAPE);
    String text = scrape.toString();

    assertThat(scrape.at("/rule_files/0").asText())
        .isEqualTo(Monitoring.ALERTS.getFileName().toString());
    assertThat(text).contains("__meta_kubernetes_pod_container_port_name", "metrics");
    JsonNode port =
        Deploy.yaml(Deploy.manifest("heavy-hitters").text())
            .at("/spec/podTemplate/spec/containers/0/ports/0");
    assertThat(port.get("name").asText()).isEqualTo("metrics");
    assertThat(port.get("containerPort").asText())
        .isEqualTo(Deploy.manifest("heavy-hitters").settings().get("metrics.reporter.prom.port"));
  }
}
