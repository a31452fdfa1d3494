package io.millrace.job.payments;

import io.millrace.job.CrashRuns;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Each entry of a history is in one place, whatever fails. */
class ReconciliationCrashITCase extends CrashRuns {
  private final LedgerHistory history = new LedgerHistory(7, 250);

  @Override
  protected JobDescription job() {
    return ReconciliationJob.JOB;
  }

  @Override
  protected JobLauncher.Graph graph() {
    return ReconciliationJob::build;
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("max-out-of-orderness", LedgerHistory.DISORDER + "ms");
  }

  @Override
  protected int size() {
    return history.written.size();
  }

  @Override
  protected List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    return history.records(prefix);
  }

  @Override
  protected List<String> expected() {
    return history.expected;
  }

  @Override
  protected List<String> committed(String bootstrap, String prefix) throws IOException {
    return CommittedBooks.read(bootstrap, prefix).lines();
  }
}
