package io.millrace.job.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The alert rules and the dashboard. */
final class Monitoring {
  static final Path ALERTS = Deploy.DIRECTORY.resolve("prometheus/alerts.yaml");
  static final Path ALERT_TESTS = Deploy.DIRECTORY.resolve("prometheus/alerts.test.yaml");
  static final Path SCRAPE = Deploy.DIRECTORY.resolve("prometheus/scrape.yaml");
  static final Path DASHBOARD = Deploy.DIRECTORY.resolve("grafana/millrace.json");

  private Monitoring() {}

  static List<JsonNode> alerts() throws IOException {
    List<JsonNode> alerts = new ArrayList<>();
    for (JsonNode group : Deploy.yaml(ALERTS).get("groups")) {
      group.get("rules").forEach(alerts::add);
    }
    return alerts;
  }

  /** What promtool is to see of the alerts, series by series. */
  static JsonNode alertTests() throws IOException {
    return Deploy.yaml(ALERT_TESTS).get("tests");
  }

  static JsonNode dashboard() throws IOException {
    return JsonMapper.builder().build().readTree(DASHBOARD.toFile());
  }

  /** Every expression, by where it is. */
  static Map<String, String> expressions() throws IOException {
    Map<String, String> expressions = new LinkedHashMap<>();
    for (JsonNode alert : alerts()) {
      expressions.put("alert " + alert.get("alert").asText(), alert.get("expr").asText());
    }
    for (JsonNode panel : dashboard().get("panels")) {
      for (JsonNode target : panel.get("targets")) {
        String where = "panel " + panel.get("title").asText() + " " + target.get("refId").asText();
        expressions.put(where, target.get("expr").asText());
      }
    }
    for (JsonNode variable : dashboard().at("/templating/list")) {
      if (variable.get("type").asText().equals("query")) {
        expressions.put(
            "variable " + variable.get("name").asText(), variable.get("query").asText());
      }
    }
    return expressions;
  }
}
