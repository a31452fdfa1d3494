package io.millrace.job.ratelimit;

import io.millrace.job.CrashRuns;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.schema.ratelimit.RequestReceived;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Each verdict is the serial one, whatever fails. */
class RateCountingCrashITCase extends CrashRuns {
  private final List<RequestReceived> requests = CannedLimits.requests(3, 4_000);

  @Override
  protected JobDescription job() {
    return RateCountingJob.JOB;
  }

  @Override
  protected JobLauncher.Graph graph() {
    return RateCountingJob::build;
  }

  @Override
  protected Map<String, String> options() {
    return Map.of("coordination", "exact");
  }

  @Override
  protected int size() {
    return requests.size();
  }

  @Override
  protected List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    return CannedLimits.records(prefix, requests, CannedLimits.rules());
  }

  @Override
  protected List<String> expected() {
    return new SerialVerdicts(CannedLimits.rules(), 600_000).lines(requests);
  }

  @Override
  protected List<String> committed(String bootstrap, String prefix) throws IOException {
    return VerdictLines.committed(bootstrap, prefix);
  }
}
