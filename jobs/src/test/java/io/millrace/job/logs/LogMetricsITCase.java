package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.broker.LocalBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Prometheus is told of lines. Flink's reporter that waits to be asked listens on all
 * addresses of a machine; the other one, which has the same metrics, tells them to an address of
 * this test.
 */
class LogMetricsITCase {
  private static final Pattern LINES =
      Pattern.compile(
          "(?m)^flink_taskmanager_job_task_operator_source_level_lines\\{([^}]*)\\} (\\S+)$");
  private static final Pattern LABEL = Pattern.compile("(source|level)=\"([^\"]*)\"");
  private static final String PREFIX = "metrics.";

  private static final AtomicReference<String> TOLD = new AtomicReference<>("");
  private static final HttpServer SERVER = listening();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .setConfiguration(reporting())
              .build());

  @TempDir private static Path directory;

  private static HttpServer listening() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/metrics/",
          exchange -> {
            TOLD.set(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            exchange.sendResponseHeaders(202, -1);
            exchange.close();
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Configuration reporting() {
    return Configuration.fromMap(
        Map.of(
            "metrics.reporter.prometheus.factory.class",
            "org.apache.flink.metrics.prometheus.PrometheusPushGatewayReporterFactory",
            "metrics.reporter.prometheus.hostUrl",
            "http://"
                + InetAddress.getLoopbackAddress().getHostAddress()
                + ":"
                + SERVER.getAddress().getPort(),
            "metrics.reporter.prometheus.jobName",
            "millrace",
            "metrics.reporter.prometheus.randomJobNameSuffix",
            "false",
            "metrics.reporter.prometheus.deleteOnShutdown",
            "false",
            "metrics.reporter.prometheus.interval",
            "200 ms"));
  }

  @AfterAll
  static void stop() {
    SERVER.stop(0);
  }

  @Test
  void lines_ofEachSourceAndLevel_areAsManyAsThereWere() throws Exception {
    CannedLogs logs = new CannedLogs(PREFIX, 13, 1_000);
    Map<String, Double> expected = new TreeMap<>();
    logs.minutes.forEach(
        (minute, count) ->
            expected.merge(
                minute.substring(0, minute.lastIndexOf(' ')), (double) count, Double::sum));
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      JobConfig config = prepared(broker);
      JobRuns.produce(broker.bootstrap(), CannedLogs.descriptions(PREFIX));
      JobClient job =
          JobRuns.start(config, LogIngestionJob::build, 2, Map.of("state.backend.type", "hashmap"));
      JobRuns.produce(broker.bootstrap(), CannedLogs.ofNoAccount(PREFIX));
      JobRuns.produce(broker.bootstrap(), logs.arriving(0, logs.records.size()));

      await()
          .atMost(Duration.ofMinutes(3))
          .untilAsserted(() -> assertThat(told()).isEqualTo(expected));
      job.cancel().get();
    }
    assertThat(expected).hasSizeGreaterThan(4);
  }

  /** Source and level of the lines that were told of last, and how many there are in all tasks. */
  private static Map<String, Double> told() {
    Map<String, Double> told = new TreeMap<>();
    Matcher lines = LINES.matcher(TOLD.get());
    while (lines.find()) {
      Map<String, String> labels = new TreeMap<>();
      Matcher label = LABEL.matcher(lines.group(1));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
      told.merge(
          labels.get("source") + " " + labels.get("level"),
          Double.valueOf(lines.group(2)),
          Double::sum);
    }
    return told;
  }

  private static JobConfig prepared(LocalBroker broker) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap", broker.bootstrap(),
                "--topic-prefix", PREFIX,
                "--create-topics", "true",
                "--idle-timeout", "0s",
                "--stores", "none"));
    CannedLogs.OPTIONS.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    return config;
  }
}
