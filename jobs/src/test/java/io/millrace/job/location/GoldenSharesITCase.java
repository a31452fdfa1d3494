package io.millrace.job.location;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.schema.Topics;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The savepoints of location fan-out. */
class GoldenSharesITCase extends GoldenSavepoints {
  GoldenSharesITCase() {
    super(List.of(new Shares()));
  }

  /**
   * In the middle of {@link CannedShares}, with grants that are to come and positions that wait.
   */
  private static final class Shares implements GoldenCase {
    private static final int REPORTS = 1_500;
    private static final int READ = 900;

    private final List<GrantChanged> changes = ShareRuns.changes(17, 200);
    private final List<PositionReported> reports = CannedShares.reports(18, REPORTS);

    @Override
    public String directory() {
      return "location-fanout";
    }

    @Override
    public JobDescription job() {
      return LocationFanoutJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return LocationFanoutJob::build;
    }

    @Override
    public Map<String, String> options() {
      return ShareRuns.options();
    }

    @Override
    public int read() {
      return READ;
    }

    @Override
    public List<String> kept() {
      return List.of(Topics.LOCATION_FANOUT_DELIVERIES.name());
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      List<ProducerRecord<byte[], byte[]>> before =
          new ArrayList<>(CannedShares.records(prefix, reports.subList(0, taken.read()), changes));
      before.addAll(ShareRuns.ofNoAccount(prefix));
      List<ProducerRecord<byte[], byte[]>> after = new ArrayList<>(ShareRuns.ofNoAccount(prefix));
      after.addAll(
          CannedShares.records(prefix, reports.subList(taken.read(), reports.size()), List.of()));
      after.addAll(ShareRuns.closing(prefix));
      List<String> expected = new SerialShares(changes, 340).lines(reports);
      assertThat(expected).hasSizeGreaterThan(1_000);
      return new Input(before, after, expected);
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      return ShareRuns.delivered(bootstrap, prefix);
    }
  }
}
