package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.flink.FlinkRest;
import io.millrace.local.flink.SubmittedJob;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * One store under one outage: waits until a job has begun to write, lets the outage begin and end,
 * and tells what the job finds in the store when it is done.
 */
public final class SinkTrial {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);
  private static final Duration ANSWER_AGE = Duration.ofSeconds(10);

  /** What is counted of the rows in a store: those that are right. */
  static final String ROWS = "records";

  /** Those that are not there. */
  static final String MISSING = "missing";

  /** What else is there. */
  static final String EXTRA = "extra";

  /** A checkpoint that is on its way when an outage begins may still complete. */
  private static final long UNDER_WAY_MILLIS = 3_000;

  /** As many values as a sink may keep waiting, as its documentation says. */
  private static final long MOST_IN_FLIGHT = 5_000;

  /** Beyond this share of the heap the JVM does little but collect garbage. */
  private static final double MOST_OF_HEAP = 0.9;

  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration END_LIMIT = Duration.ofMinutes(5);

  private final FlinkRest rest;
  private final SubmittedJob job;
  private final BooleanSupplier isStopped;
  private long retries;
  private long restarts;
  private long heapBytes;
  private long heapLimitBytes;
  private long inFlight;

  /** Watches a job. */
  public SinkTrial(FlinkRest rest, SubmittedJob job, BooleanSupplier isStopped) {
    this.rest = rest;
    this.job = job;
    this.isStopped = isStopped;
  }

  /**
   * What came of it.
   *
   * @param state how the job ended
   * @param whole whether the job wrote before, during and after the outage
   * @param found what the job counted, by name
   * @param isArchive whether rows are kept in files, so that the job may start again
   * @param held whether no checkpoint completed that was begun while the outage lasted
   * @param failedCommands how many single commands were made to fail
   * @param retries how often the sink tried again
   * @param restarts how often the job was restarted
   * @param heapBytes the most that its TaskManager had on its heap
   * @param heapLimitBytes how much fits there
   * @param inFlight the most values that waited in the sink
   */
  public record Outcome(
      String state,
      boolean whole,
      Map<String, String> found,
      boolean isArchive,
      boolean held,
      long failedCommands,
      long retries,
      long restarts,
      long heapBytes,
      long heapLimitBytes,
      long inFlight) {
    /** Rows that are right in the store. */
    public long rows() {
      return count(ROWS);
    }

    /** Rows that are not there, or not as they were sent. */
    public long missing() {
      return count(MISSING);
    }

    /** What else is in the store. */
    public long extra() {
      return count(EXTRA);
    }

    /** Rows that the sink has refused. */
    public long refused() {
      return count("refused");
    }

    /** Whether the sink has noticed anything. */
    public boolean noticed() {
      return retries > 0 || failedCommands > 0 || (isArchive && held);
    }

    /** Whether no more waited than may, and the heap kept room. */
    public boolean bounded() {
      return inFlight <= MOST_IN_FLIGHT && heapBytes <= MOST_OF_HEAP * heapLimitBytes;
    }

    /**
     * Whether every one of {@code sent} rows is there, once, and the job never fell, unless it
     * keeps an archive, nor grew beyond its bounds.
     */
    public boolean passed(long sent) {
      return state.equals(SubmittedJob.FINISHED)
          && whole
          && noticed()
          && rows() == sent
          && missing() == 0
          && extra() == 0
          && refused() == 0
          && (restarts == 0 || isArchive)
          && bounded();
    }

    private long count(String name) {
      return Long.parseLong(found.getOrDefault(name, "0"));
    }
  }

  /**
   * Has an outage while the job runs, and waits for the job's end.
   *
   * @param rows how many the job writes
   * @throws IOException where the job does not begin or end in time
   */
  public Outcome run(StoreUnderFaults store, Outage outage, Duration lasting, int rows)
      throws IOException, InterruptedException {
    JobWatch watch = new JobWatch(rest, job.id());
    long startDeadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!watch.hasCheckpointSince(1)) {
      look(startDeadline, "the job completes no checkpoint");
      if (SubmittedJob.isEnd(job.state())) {
        return outcome(store, job.accumulators(), false, false, 0);
      }
    }
    boolean whole;
    boolean held;
    long failedBefore = store.failedCommands();
    store.begin(outage);
    long begun = System.currentTimeMillis();
    try {
      long end = System.nanoTime() + lasting.toNanos();
      while (System.nanoTime() < end && !isStopped.getAsBoolean()) {
        look(Long.MAX_VALUE, "");
      }
      whole = !SubmittedJob.isEnd(job.state());
      held = !watch.hasCheckpointSince(begun + UNDER_WAY_MILLIS);
    } finally {
      store.end(outage);
    }
    long endDeadline = System.nanoTime() + END_LIMIT.toNanos();
    while (!SubmittedJob.isEnd(job.state()) && !isStopped.getAsBoolean()) {
      look(endDeadline, "the job has not ended");
    }
    Map<String, String> found = store.isArchive() ? store.readBack(outage, rows) : accumulators();
    return outcome(store, found, whole, held, store.failedCommands() - failedBefore);
  }

  private Map<String, String> accumulators() throws IOException, InterruptedException {
    String state = job.state();
    Map<String, String> found = job.accumulators();
    // Flink's answer may be some seconds old.
    long deadline = System.nanoTime() + ANSWER_AGE.toNanos();
    while (state.equals(SubmittedJob.FINISHED)
        && !found.containsKey(ROWS)
        && System.nanoTime() < deadline) {
      Thread.sleep(LOOK_INTERVAL.toMillis());
      found = job.accumulators();
    }
    return found;
  }

  private Outcome outcome(
      StoreUnderFaults store,
      Map<String, String> found,
      boolean whole,
      boolean held,
      long failedCommands)
      throws IOException, InterruptedException {
    return new Outcome(
        job.state(),
        whole,
        found,
        store.isArchive(),
        held,
        failedCommands,
        retries,
        restarts,
        heapBytes,
        heapLimitBytes,
        inFlight);
  }

  private void look(long deadline, String missing) throws IOException, InterruptedException {
    if (System.nanoTime() > deadline) {
      throw new IOException(missing + "; it is " + job.state() + " " + job.failure());
    }
    Thread.sleep(LOOK_INTERVAL.toMillis());
    restarts = Math.max(restarts, job.progress().restarts());
    String path = "/jobs/" + job.id();
    for (JsonNode vertex : rest.get(path).path("vertices")) {
      String metrics = path + "/vertices/" + vertex.path("id").asText() + "/metrics";
      for (JsonNode metric : rest.get(metrics)) {
        String id = metric.path("id").asText();
        if (id.endsWith(".numStoreRetries")) {
          retries = Math.max(retries, value(metrics, id));
        } else if (id.endsWith(".storeInFlight")) {
          inFlight = Math.max(inFlight, value(metrics, id));
        }
      }
    }
    for (JsonNode taskManager : rest.get("/taskmanagers").path("taskmanagers")) {
      String metrics = "/taskmanagers/" + taskManager.path("id").asText() + "/metrics";
      heapBytes = Math.max(heapBytes, value(metrics, "Status.JVM.Memory.Heap.Used"));
      heapLimitBytes = Math.max(heapLimitBytes, value(metrics, "Status.JVM.Memory.Heap.Max"));
    }
  }

  private long value(String metrics, String name) throws IOException, InterruptedException {
    long value = 0;
    String query = "?get=" + URLEncoder.encode(name, StandardCharsets.UTF_8);
    for (JsonNode metric : rest.get(metrics + query)) {
      value = metric.path("value").asLong();
    }
    return value;
  }
}
