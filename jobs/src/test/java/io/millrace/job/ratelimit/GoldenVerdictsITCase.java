package io.millrace.job.ratelimit;

import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.RequestReceived;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The savepoints of rate counting, whose operators depend on who decides. */
class GoldenVerdictsITCase extends GoldenSavepoints {
  GoldenVerdictsITCase() {
    super(List.of(Limits.values()));
  }

  /** In the middle of {@link CannedLimits}. */
  private enum Limits implements GoldenCase {
    /** One task decides: verdicts are those of a recount. */
    EXACT("rate-counting-exact", 5),
    /**
     * With leases, a verdict depends on how many were leased: each request gets one, the same again
     * where it comes again, and nowhere is a limit exceeded.
     */
    LEASES("rate-counting", 6);

    private static final int REQUESTS = 1_500;
    private static final int READ = 1_000;
    private static final long OF_ALL = 90;

    private final String directory;
    private final long seed;

    Limits(String directory, long seed) {
      this.directory = directory;
      this.seed = seed;
    }

    private List<RequestReceived> requests() {
      return CannedLimits.requests(seed, REQUESTS);
    }

    @Override
    public String directory() {
      return directory;
    }

    @Override
    public JobDescription job() {
      return RateCountingJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return RateCountingJob::build;
    }

    @Override
    public Map<String, String> options() {
      return LimitRuns.options(this == EXACT ? "exact" : "leases");
    }

    @Override
    public int read() {
      return READ;
    }

    @Override
    public List<String> kept() {
      return List.of("rate-counting.verdicts");
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      List<RequestReceived> requests = requests();
      List<LimitRuled> rules = CannedLimits.rules();
      List<ProducerRecord<byte[], byte[]>> before =
          new ArrayList<>(CannedLimits.records(prefix, requests.subList(0, taken.read()), rules));
      before.addAll(LimitRuns.ofNoAccount(prefix));
      List<ProducerRecord<byte[], byte[]>> after = new ArrayList<>(LimitRuns.ofNoAccount(prefix));
      after.addAll(
          CannedLimits.records(prefix, requests.subList(taken.read(), REQUESTS), List.of()));
      after.addAll(LimitRuns.closing(prefix));
      List<String> expected =
          this == EXACT
              ? new SerialVerdicts(rules, 600_000).lines(requests)
              : requests.stream().map(RequestReceived::requestId).toList();
      return new Input(before, after, expected);
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      return this == EXACT
          ? LimitRuns.verdicts(bootstrap, prefix)
          : LimitRuns.answered(bootstrap, prefix, requests(), OF_ALL);
    }
  }
}
