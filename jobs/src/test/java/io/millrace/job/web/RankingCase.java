package io.millrace.job.web;

import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import io.millrace.local.fault.PublishedRow;
import io.millrace.local.fault.RankingOracle;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What every version takes savepoints of heavy hitters with, after {@link CannedRequests}. */
enum RankingCase implements GoldenCase {
  /** Windows that are one pane. */
  TUMBLING("heavy-hitters-tumbling", "1m", "1m", RankingCase.REQUESTS),
  /** Windows of two panes. */
  SLIDING("heavy-hitters", "2m", "1m", RankingCase.REQUESTS),
  /**
   * Windows of three panes, so short that buckets of rare paths are mostly empty. Of one of them, a
   * request after the savepoint lies in an open pane before the only one that it holds.
   */
  SLIDING_SPARSE("heavy-hitters-sparse", "12s", "4s", 2_220);

  private static final int REQUESTS = 6_000;
  private static final long OUT_OF_ORDER_MILLIS = 5_000;

  private final String directory;
  private final String window;
  private final String slide;
  private final int requests;

  RankingCase(String directory, String window, String slide, int requests) {
    this.directory = directory;
    this.window = window;
    this.slide = slide;
    this.requests = requests;
  }

  @Override
  public String directory() {
    return directory;
  }

  @Override
  public JobDescription job() {
    return HeavyHittersJob.JOB;
  }

  @Override
  public JobLauncher.Graph graph() {
    return HeavyHittersJob::build;
  }

  @Override
  public Map<String, String> options() {
    return new TreeMap<>(
        Map.of("dimension", "path,client", "window", window, "slide", slide, "k", "7"));
  }

  @Override
  public int read() {
    return requests;
  }

  @Override
  public Input input(GoldenSavepoint.Taken taken, String prefix) {
    Map<String, String> options = new TreeMap<>(options());
    if (taken.options() != null) {
      options.putAll(taken.options());
    }
    RankingOracle oracle =
        new RankingOracle(
            millis(options, "window"),
            millis(options, "slide"),
            Integer.parseInt(options.getOrDefault("k", "")));
    CannedRequests requests = new CannedRequests(prefix, oracle);
    List<ProducerRecord<byte[], byte[]>> before = requests.next(taken.read());
    // Each window that ends up to here was published before.
    long publishedUpTo = requests.watermark(OUT_OF_ORDER_MILLIS) + 1;
    List<ProducerRecord<byte[], byte[]>> after = new ArrayList<>(requests.next(REQUESTS));
    after.addAll(requests.closing());
    return new Input(before, after, lines(oracle.expectedAfter(publishedUpTo)));
  }

  @Override
  public List<String> published(String bootstrap, String prefix) throws IOException {
    return Stream.concat(
            lines(
                RankingOracle.published(
                    TopicReader.committed(bootstrap, prefix + "heavy-hitters.rankings")))
                .stream(),
            TopicReader.committed(bootstrap, prefix + "heavy-hitters.late").stream()
                .map(row -> "late " + row))
        .toList();
  }

  private static long millis(Map<String, String> options, String option) {
    return TimeUtils.parseDuration(options.getOrDefault(option, "")).toMillis();
  }

  private static List<String> lines(List<PublishedRow> rows) {
    return rows.stream().map(PublishedRow::toString).toList();
  }
}
