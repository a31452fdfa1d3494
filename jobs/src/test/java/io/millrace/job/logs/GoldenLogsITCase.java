package io.millrace.job.logs;

import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The savepoints of log ingestion. */
class GoldenLogsITCase extends GoldenSavepoints {
  GoldenLogsITCase() {
    super(List.of(new Logs()));
  }

  /** In the middle of {@link CannedLogs}, with open minutes, alerts and records. */
  private static final class Logs implements GoldenCase {
    private static final int LINES = 1_500;

    private static CannedLogs logs(String prefix) {
      return new CannedLogs(prefix, 17, LINES);
    }

    @Override
    public String directory() {
      return "log-ingestion";
    }

    @Override
    public JobDescription job() {
      return LogIngestionJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return LogIngestionJob::build;
    }

    @Override
    public Map<String, String> options() {
      return new TreeMap<>(CannedLogs.OPTIONS);
    }

    @Override
    public int read() {
      CannedLogs logs = logs("");
      return logs.betweenRecords(logs.records.size() * 2 / 3);
    }

    @Override
    public List<String> kept() {
      return List.of(
          "log-ingestion.records", "log-ingestion.metrics", "log-ingestion.alerts", "logs.raw.dlq");
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      CannedLogs logs = logs(prefix);
      List<ProducerRecord<byte[], byte[]>> before =
          new ArrayList<>(CannedLogs.descriptions(prefix));
      before.addAll(CannedLogs.ofNoAccount(prefix));
      before.addAll(logs.arriving(0, taken.read()));
      List<ProducerRecord<byte[], byte[]>> after = new ArrayList<>(CannedLogs.ofNoAccount(prefix));
      after.addAll(logs.arriving(taken.read(), logs.records.size()));
      after.addAll(CannedLogs.closing(prefix));
      return new Input(before, after, LogLines.expected(logs));
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      return LogLines.committed(bootstrap, prefix);
    }
  }
}
