package io.millrace.job.payments;

import static org.assertj.core.api.Assertions.assertThat;

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

/** The savepoints of reconciliation. */
class GoldenReconciliationITCase extends GoldenSavepoints {
  GoldenReconciliationITCase() {
    super(List.of(new Ledgers()));
  }

  /** In the middle of a {@link LedgerHistory}, with matches, breaks and much that is open. */
  private static final class Ledgers implements GoldenCase {
    private final LedgerHistory history = new LedgerHistory(13, 160);

    @Override
    public String directory() {
      return "reconciliation";
    }

    @Override
    public JobDescription job() {
      return ReconciliationJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return ReconciliationJob::build;
    }

    @Override
    public Map<String, String> options() {
      return new TreeMap<>(LedgerHistory.OPTIONS);
    }

    @Override
    public int read() {
      return history.records("").size() * 2 / 3;
    }

    @Override
    public List<String> kept() {
      return List.of("reconciliation.matches", "reconciliation.breaks");
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      List<ProducerRecord<byte[], byte[]>> records = history.records(prefix);
      List<ProducerRecord<byte[], byte[]>> before =
          new ArrayList<>(records.subList(0, taken.read()));
      before.addAll(LedgerHistory.ofNoAccount(prefix));
      List<ProducerRecord<byte[], byte[]>> after =
          new ArrayList<>(LedgerHistory.ofNoAccount(prefix));
      after.addAll(records.subList(taken.read(), records.size()));
      after.addAll(LedgerHistory.closing(prefix));
      List<String> expected =
          LedgerHistory.inWindowsThatHavePassed(CommittedBooks.decided(history.expected));
      assertThat(expected).hasSizeGreaterThan(200);
      return new Input(before, after, expected);
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      return LedgerHistory.inWindowsThatHavePassed(
          CommittedBooks.read(bootstrap, prefix).decided());
    }
  }
}
