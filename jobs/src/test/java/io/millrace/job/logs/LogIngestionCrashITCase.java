package io.millrace.job.logs;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.CrashRuns;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Each line, minute, alert, account and upload comes out once, whatever fails. */
class LogIngestionCrashITCase extends CrashRuns {
  private final CannedLogs logs = new CannedLogs("", 23, 2_400);
  private final CannedUploads uploads = new CannedUploads("", 24, 300);

  @Override
  protected JobDescription job() {
    return LogIngestionJob.JOB;
  }

  @Override
  protected JobLauncher.Graph graph() {
    return LogIngestionJob::build;
  }

  @Override
  protected Map<String, String> options() {
    return Map.of();
  }

  @Override
  protected int size() {
    return logs.records.size();
  }

  @Override
  protected List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(CannedLogs.descriptions(prefix));
    records.addAll(new CannedLogs(prefix, 23, 2_400).records);
    records.addAll(new CannedUploads(prefix, 24, 300).records);
    return records;
  }

  @Override
  protected List<String> expected() {
    List<String> rows = new ArrayList<>();
    logs.expected.forEach(record -> rows.add("record " + record));
    logs.minutes.forEach((minute, count) -> rows.add("minute " + minute + " " + count));
    logs.alerts().forEach(alert -> rows.add("alert " + alert));
    logs.refused.forEach(line -> rows.add("refused " + line));
    logs.accounts(false).forEach(account -> rows.add("account " + account));
    uploads.catalogued.forEach(file -> rows.add("media " + file));
    uploads.refused.forEach(reason -> rows.add("no media " + reason));
    return rows;
  }

  @Override
  protected List<String> committed(String bootstrap, String prefix) throws IOException {
    List<String> rows = new ArrayList<>(LogLines.committed(bootstrap, prefix));
    LogLines.accounts(bootstrap, prefix).forEach(account -> rows.add("account " + account));
    for (JsonNode row : TopicReader.committed(bootstrap, prefix + "log-ingestion.media")) {
      rows.add("media " + row.get("mediaId").asText() + " " + row.get("version").asText());
    }
    for (JsonNode letter : TopicReader.committed(bootstrap, prefix + "media.uploads.dlq")) {
      rows.add("no media " + letter.get("reason").asText());
    }
    return rows;
  }
}
