package io.millrace.job.logs;

import static io.millrace.job.Commands.found;
import static io.millrace.job.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.Commands;
import io.millrace.job.Commands.Ended;
import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.local.query.LogIndex;
import io.millrace.local.query.LogQuery;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalS3;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From hot to cold and back by the commands that an operator gives, each a process of its own: log
 * ingestion by Flink's client, {@code retention logs}, and a recall by Flink's client, over an
 * archive in a directory and over one in S3.
 */
class LogRetentionE2ECase {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir private Path directory;

  private Commands commands;

  @BeforeEach
  void start() {
    commands = new Commands(directory.resolve("home"));
  }

  @AfterEach
  void stop() throws Exception {
    commands.run("down");
  }

  @Test
  void days_goFromHotToColdAndBack_inADirectoryAndInS3() throws Exception {
    try (LocalOpenSearch openSearch = LocalOpenSearch.start(directory.resolve("opensearch"));
        LocalS3 s3 = LocalS3.start(directory.resolve("endpoint"))) {
      Path settings = directory.resolve("s3.properties");
      Files.writeString(
          settings,
          s3.flinkSettings().entrySet().stream()
              .map(each -> each.getKey() + "=" + each.getValue())
              .collect(Collectors.joining("\n")));
      String up = succeed(commands.run("up", "--no-stores", "--s3=" + settings));
      commands.set("FLINK_CONF_DIR", found("FLINK_CONF_DIR +(\\S+)", up));
      commands.set("FLINK_PLUGINS_DIR", LocalS3.plugins().toString());
      String bootstrap = found("Kafka {2,}(\\S+)", up);

      String directoryOfMine = directory.resolve("archive").toString();
      hotToColdAndBack(bootstrap, openSearch.address(), "mine.", directoryOfMine, List.of());
      hotToColdAndBack(
          bootstrap,
          openSearch.address(),
          "s3.",
          "s3://" + LocalS3.BUCKET + "/logs",
          List.of("--s3=" + settings));
      Ended unknown =
          commands.run(
              "retention", "logs", "--archive", "s3://archive/logs", "--opensearch", "127.0.0.1:9");
      assertThat(unknown.code()).as(unknown.text()).isEqualTo(2);
      assertThat(unknown.text()).contains("an s3:// address needs --s3=<file>");
    }
  }

  private void hotToColdAndBack(
      String bootstrap, String openSearch, String prefix, String archive, List<String> s3)
      throws Exception {
    CannedLogs logs = new CannedLogs(prefix, 51, 1_000);
    List<String> options =
        List.of(
            "--bootstrap",
            bootstrap,
            "--topic-prefix",
            prefix,
            "--bounded",
            "true",
            "--stores",
            "opensearch",
            "--opensearch",
            openSearch,
            "--create-tables",
            "true",
            "--archive",
            archive);
    JobConfig config =
        JobConfig.parse(
            with(options, "--create-topics", "true").toArray(String[]::new), LogIngestionJob.JOB);
    KafkaTopics.prepare(config.configuration(), LogIngestionJob.JOB.topics());
    JobRuns.produce(bootstrap, CannedLogs.descriptions(prefix));
    JobRuns.produce(bootstrap, logs.records);
    succeed(ingest(options));
    LogIndex index = LogIndex.at(openSearch, prefix);
    LogQuery all = LogQuery.of(Map.of("limit", List.of("10000")));
    int documents = logs.expected.size();
    await().atMost(LIMIT).until(() -> index.search(all).size() == documents);
    List<String> before = index.search(all);

    List<String> retention =
        with(
            List.of("retention", "logs", "--archive", archive, "--opensearch", openSearch),
            "--topic-prefix",
            prefix);
    retention.addAll(s3);
    String name = prefix + "logs-2026.01.31";
    assertThat(succeed(commands.run(retention)))
        .contains(name + "  " + count(documents) + " documents, stays: it was made");
    assertThat(succeed(commands.run(with(retention, "--keep", "0", "--dry-run"))))
        .contains(name + "  " + count(documents) + " documents, would be deleted");
    assertThat(index.search(all)).isEqualTo(before);
    assertThat(succeed(commands.run(with(retention, "--keep", "0"))))
        .contains(name + "  " + count(documents) + " documents, deleted: all are archived");
    assertThat(index.search(all)).isEmpty();

    succeed(
        ingest(
            with(
                options,
                "--recall",
                "2026-01-31",
                "--start-from",
                "earliest",
                "--job-name",
                "log-recall")));
    await().atMost(LIMIT).until(() -> index.search(all).size() == documents);
    assertThat(index.search(all)).isEqualTo(before);
    assertThat(succeed(commands.run(retention)))
        .contains(name + "  is back with " + count(documents) + " of " + count(documents));
  }

  private static String count(int number) {
    return String.format("%,d", number);
  }

  private static List<String> with(List<String> options, String... more) {
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of(more));
    return all;
  }

  /** Log ingestion by Flink's own client, which returns when the job has ended. */
  private Ended ingest(List<String> options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("run", "-c", LogIngestionJob.class.getName()));
    arguments.add("target/millrace-jobs.jar");
    arguments.addAll(options);
    return commands.flink(arguments);
  }
}
