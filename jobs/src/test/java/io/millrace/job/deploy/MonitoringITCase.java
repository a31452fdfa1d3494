package io.millrace.job.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.job.JobGraphs;
import io.millrace.job.JobRuns;
import io.millrace.job.web.HeavyHittersJob;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.store.LocalRedis;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the alerts and the dashboard ask for is what Flink's Prometheus reporter says of a running
 * job, with the labels that they choose and sum by. The reporter here is the one that pushes, to
 * loopback: the one that is scraped listens on every address. What both say, names and labels
 * included, is made by the class that both extend.
 */
class MonitoringITCase {
  private static final Pattern SAMPLE = Pattern.compile("(\\w+)\\{(.*)} \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** What was pushed, by the place that it was pushed to. */
  private static final Map<String, String> PUSHED = new HashMap<>();

  private static final HttpServer GATEWAY = gateway();

  @RegisterExtension
  static final MiniClusterExtension FLINK =
      new MiniClusterExtension(
          new MiniClusterResourceConfiguration.Builder()
              .setNumberTaskManagers(1)
              .setNumberSlotsPerTaskManager(2)
              .setConfiguration(reporter())
              .build());

  @TempDir private static Path directory;

  private static HttpServer gateway() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
              synchronized (PUSHED) {
                PUSHED.put(exchange.getRequestURI().getPath(), body);
              }
              exchange.sendResponseHeaders(202, -1);
            }
          });
      server.start();
      return server;
    } catch (IOException e) {
      throw new IllegalStateException("no port on loopback", e);
    }
  }

  private static Configuration reporter() {
    Configuration flink = new Configuration();
    String prefix = "metrics.reporter.prom.";
    flink.setString(
        prefix + "factory.class",
        "org.apache.flink.metrics.prometheus.PrometheusPushGatewayReporterFactory");
    flink.setString(prefix + "hostUrl", "http://127.0.0.1:" + GATEWAY.getAddress().getPort());
    flink.setString(prefix + "jobName", "flink");
    flink.setString(prefix + "deleteOnShutdown", "false");
    flink.setString(prefix + "interval", "500 ms");
    flink.setString(prefix + "filterLabelValueCharacters", "false");
    return flink;
  }

  @AfterAll
  static void stopGateway() {
    GATEWAY.stop(0);
  }

  @Test
  void everyMetricOfAlertsAndDashboard_isThereWithItsLabels() throws Exception {
    Map<String, PromQl> asked = new HashMap<>();
    for (Map.Entry<String, String> each : Monitoring.expressions().entrySet()) {
      asked.put(each.getKey(), PromQl.of(each.getValue()));
    }
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"));
        LocalRedis redis = LocalRedis.start(directory.resolve("redis"))) {
      JobConfig config =
          JobConfig.parse(
              new String[] {
                "--bootstrap",
                broker.bootstrap(),
                "--redis",
                redis.address(),
                "--create-topics",
                "true",
                "--window",
                "1s"
              },
              HeavyHittersJob.JOB);
      StreamExecutionEnvironment env = JobRuns.environment(config, 2, Map.of());
      KafkaTopics.prepare(config.configuration(), HeavyHittersJob.JOB.topics());
      JobClient job = env.executeAsync(JobGraphs.built(env, config));
      try {
        JobRuns.produce(broker.bootstrap(), requests());
        try {
          await()
              .atMost(PATIENCE)
              .until(
                  () -> {
                    assertThat(job.getJobStatus().get().isGloballyTerminalState()).isFalse();
                    return missing(asked, samples()).isEmpty();
                  });
        } catch (ConditionTimeoutException e) {
          assertThat(missing(asked, samples())).as("of %s", samples().keySet()).isEmpty();
        }
      } finally {
        job.cancel().get();
        // Its sinks ask the broker to abort what they have begun.
        await().atMost(PATIENCE).until(() -> job.getJobStatus().get().isGloballyTerminalState());
      }
    }
    assertThat(asked).hasSizeGreaterThan(20);
  }

  /** Requests, and one record that is none. */
  private static List<ProducerRecord<byte[], byte[]>> requests() {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    long now = System.currentTimeMillis();
    for (int i = 0; i < 1_000; i++) {
      RequestServed request =
          new RequestServed(now + i * 10L, "10.0.0.1", "/", "GET", "/" + i, 200, 1L, null, null);
      records.add(
          new ProducerRecord<>(
              Topics.WEB_REQUESTS.name(), Topics.WEB_REQUESTS.codec().encode(request)));
    }
    records.add(new ProducerRecord<>(Topics.WEB_REQUESTS.name(), "none".getBytes(UTF_8)));
    return records;
  }

  /** The labels that every sample of a metric has, by the metric. */
  private static Map<String, Set<String>> samples() {
    Map<String, Set<String>> samples = new HashMap<>();
    List<String> bodies;
    synchronized (PUSHED) {
      bodies = List.copyOf(PUSHED.values());
    }
    for (String body : bodies) {
      for (String line : body.lines().toList()) {
        Matcher sample = SAMPLE.matcher(line);
        if (sample.matches()) {
          Set<String> labels = new HashSet<>();
          Matcher label = LABEL.matcher(sample.group(2));
          while (label.find()) {
            labels.add(label.group(1));
          }
          samples.merge(
              sample.group(1),
              labels,
              (some, others) -> {
                some.retainAll(others);
                return some;
              });
        }
      }
    }
    return samples;
  }

  /** What expressions ask for and is not there. */
  private static List<String> missing(Map<String, PromQl> asked, Map<String, Set<String>> samples) {
    List<String> missing = new ArrayList<>();
    asked.forEach(
        (where, expression) -> {
          for (String metric : expression.metrics()) {
            Set<String> labels = samples.get(metric);
            if (labels == null) {
              missing.add(where + ": no metric " + metric);
            } else if (!labels.containsAll(expression.labels())) {
              missing.add(
                  where
                      + ": "
                      + metric
                      + " has the labels "
                      + labels
                      + ", not all of "
                      + expression.labels());
            }
          }
        });
    return missing;
  }
}
