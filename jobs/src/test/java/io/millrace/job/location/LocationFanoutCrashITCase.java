package io.millrace.job.location;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.CrashRuns;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Each viewer sees what the oracle allows, whatever fails. */
class LocationFanoutCrashITCase extends CrashRuns {
  private static final String REFUSED = "refused impossible-speed";

  private final List<GrantChanged> changes = CannedShares.changes(37, 300);
  private final List<PositionReported> reports = CannedShares.reports(38, 4_000);

  @Override
  protected JobDescription job() {
    return LocationFanoutJob.JOB;
  }

  @Override
  protected JobLauncher.Graph graph() {
    return LocationFanoutJob::build;
  }

  @Override
  protected Map<String, String> options() {
    return Map.of();
  }

  @Override
  protected int size() {
    return reports.size();
  }

  @Override
  protected List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    return CannedShares.records(prefix, reports, changes);
  }

  @Override
  protected List<String> expected() {
    SerialShares oracle = new SerialShares(changes, 340);
    List<String> rows = new ArrayList<>(oracle.lines(reports));
    for (PositionReported report : reports) {
      if (oracle.impossible.contains(report.updateId())) {
        rows.add(REFUSED);
      }
    }
    return rows;
  }

  @Override
  protected List<String> committed(String bootstrap, String prefix) throws IOException {
    List<String> rows = new ArrayList<>(ShareRuns.delivered(bootstrap, prefix));
    for (JsonNode letter : TopicReader.committed(bootstrap, prefix + "location.updates.dlq")) {
      rows.add("refused " + letter.get("reason").asText());
    }
    TopicReader.committed(bootstrap, prefix + "location-fanout.late")
        .forEach(late -> rows.add("late " + late));
    return rows;
  }
}
