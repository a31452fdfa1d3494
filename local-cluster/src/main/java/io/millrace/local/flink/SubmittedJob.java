package io.millrace.local.flink;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.flink.JobProgress.Split;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobID;
import org.jspecify.annotations.Nullable;

/** A job on a Flink cluster, seen and steered over the cluster's REST interface. */
public final class SubmittedJob {
  /** The job ended because it had nothing left to do. */
  public static final String FINISHED = "FINISHED";

  /** The job ended because somebody cancelled it. */
  public static final String CANCELED = "CANCELED";

  /** The job failed and is not restarted. */
  public static final String FAILED = "FAILED";

  private static final Set<String> ENDED = Set.of(FINISHED, CANCELED, FAILED, "SUSPENDED");

  /** The gauge of a Kafka source: offset of the record that it emitted last, negative before. */
  private static final Pattern POSITION =
      Pattern.compile(".*\\.KafkaSourceReader\\.topic\\.(.+)\\.partition\\.(\\d+)\\.currentOffset");

  /**
   * Gauges of a source for each of its splits, which Kafka's source calls by topic and partition.
   */
  private static final Pattern SPLIT =
      Pattern.compile(
          ".*\\.split\\.(.+-\\d{1,9})\\.watermark\\.(currentWatermark|accumulatedIdleTimeMs)");

  /** Flink's server takes no longer request lines than 4,096 characters. */
  private static final int QUERY_CHARS = 3_000;

  private static final Duration FAILURE_LIMIT = Duration.ofSeconds(10);
  private static final Duration FAILURE_POLL = Duration.ofMillis(200);
  private static final Duration SAVEPOINT_LIMIT = Duration.ofMinutes(10);
  private static final Duration SAVEPOINT_POLL = Duration.ofMillis(100);

  /**
   * A failure of a job.
   *
   * @param cause why, in one line
   * @param at when, in milliseconds since the epoch
   */
  public record Failure(String cause, long at) {}

  private final FlinkRest rest;
  private final String job;
  private final JobID id;

  /** A job that a cluster has. */
  public SubmittedJob(FlinkRest rest, JobID id) {
    this.rest = rest;
    this.id = id;
    this.job = "/jobs/" + id.toHexString();
  }

  /** The job's id on its cluster. */
  public JobID id() {
    return id;
  }

  /** Flink's name of the job's state, such as {@code RUNNING}. */
  public String state() throws IOException, InterruptedException {
    // The job's overview has it too, but makes the cluster collect all of its metrics.
    return get("/status").path("status").asText();
  }

  /** Whether a job in this state will never run again. */
  public static boolean isEnd(String state) {
    return ENDED.contains(state);
  }

  /** How far the job is. Figures that the cluster does not have yet are empty or 0. */
  public JobProgress progress() throws IOException, InterruptedException {
    JsonNode overview = get("");
    Map<String, Long> positions = new HashMap<>();
    Map<String, Split> splits = new HashMap<>();
    for (JsonNode vertex : overview.path("vertices")) {
      String id = vertex.path("id").asText();
      maxima("/vertices/" + id + "/subtasks/metrics")
          .forEach((name, value) -> addFigure(id, name, value, positions, splits));
    }
    JsonNode latest =
        get("/checkpoints").path("latest").path("completed").path("trigger_timestamp");
    long restarts = 0;
    for (JsonNode metric : get("/metrics?get=numRestarts")) {
      restarts = metric.path("value").asLong();
    }
    return new JobProgress(
        overview.path("state").asText(),
        positions,
        splits,
        latest.isNumber() ? OptionalLong.of(latest.asLong()) : OptionalLong.empty(),
        restarts);
  }

  /** The values of the job's own accumulators, by name; complete once the job has ended. */
  public Map<String, String> accumulators() throws IOException, InterruptedException {
    Map<String, String> values = new HashMap<>();
    for (JsonNode accumulator : get("/accumulators").path("user-task-accumulators")) {
      values.put(accumulator.path("name").asText(), accumulator.path("value").asText());
    }
    return values;
  }

  /** Asks the cluster to cancel the job; its state tells when that is done. */
  public void cancel() throws IOException, InterruptedException {
    rest.patch(job + "?mode=cancel");
  }

  /**
   * Takes a savepoint in the canonical format.
   *
   * @param directory where to put it; null takes the cluster's directory
   * @return where it is
   * @throws IOException where it fails or takes longer than 10 minutes
   */
  public String savepoint(@Nullable Path directory) throws IOException, InterruptedException {
    return triggered("/savepoints", request("cancel-job", "target-directory", directory));
  }

  /**
   * Stops the job with a savepoint in the canonical format, without publishing what is incomplete.
   *
   * @param directory where to put it; null takes the cluster's directory
   * @return where it is
   * @throws IOException where it fails or takes longer than 10 minutes
   */
  public String stop(@Nullable Path directory) throws IOException, InterruptedException {
    return triggered("/stop", request("drain", "targetDirectory", directory));
  }

  private static Map<String, Object> request(
      String unwanted, String target, @Nullable Path directory) {
    Map<String, Object> request = new HashMap<>(Map.of(unwanted, false, "formatType", "CANONICAL"));
    if (directory != null) {
      request.put(target, directory.toAbsolutePath().toUri().toString());
    }
    return request;
  }

  private String triggered(String verb, Map<String, Object> request)
      throws IOException, InterruptedException {
    String trigger = rest.post(job + verb, request).path("request-id").asText();
    long deadline = System.nanoTime() + SAVEPOINT_LIMIT.toNanos();
    while (true) {
      JsonNode answer = get("/savepoints/" + trigger);
      JsonNode operation = answer.path("operation");
      if (answer.path("status").path("id").asText().equals("COMPLETED")) {
        if (operation.has("failure-cause")) {
          String trace = operation.path("failure-cause").path("stack-trace").asText();
          throw new IOException("the savepoint failed: " + FailureCause.of(trace));
        }
        return operation.path("location").asText();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException("no savepoint in " + SAVEPOINT_LIMIT.toMinutes() + " minutes");
      }
      Thread.sleep(SAVEPOINT_POLL.toMillis());
    }
  }

  /**
   * Why the job failed for good, in one line; waits for it, since for some seconds the cluster may
   * tell of the job as it was before. Empty where it has nothing to tell even then.
   */
  public String finalFailure() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + FAILURE_LIMIT.toNanos();
    String failure = failure();
    while (failure.isEmpty() && System.nanoTime() < deadline) {
      Thread.sleep(FAILURE_POLL.toMillis());
      failure = failure();
    }
    return failure;
  }

  /** Why the job failed last, in one line; empty where it did not fail. */
  public String failure() throws IOException, InterruptedException {
    return lastFailure().map(Failure::cause).orElse("");
  }

  /** The job's last failure; empty where it did not fail. */
  public Optional<Failure> lastFailure() throws IOException, InterruptedException {
    JsonNode history = get("/exceptions").path("exceptionHistory").path("entries");
    if (history.isEmpty()) {
      return Optional.empty();
    }
    JsonNode last = history.get(0);
    return Optional.of(
        new Failure(
            FailureCause.of(last.path("stacktrace").asText()), last.path("timestamp").asLong()));
  }

  private static void addFigure(
      String vertex,
      String name,
      double value,
      Map<String, Long> positions,
      Map<String, Split> splits) {
    Matcher position = POSITION.matcher(name);
    Matcher split = SPLIT.matcher(name);
    if (position.matches()) {
      positions.merge(
          position.group(1) + "-" + position.group(2), Math.max(0, (long) value + 1), Math::max);
    } else if (split.matches()) {
      boolean isTime = split.group(2).equals("currentWatermark");
      splits.merge(
          split.group(1),
          new Split(vertex, isTime ? (long) value : Long.MIN_VALUE, isTime ? 0 : (long) value),
          (one, other) ->
              new Split(
                  vertex,
                  Math.max(one.watermark(), other.watermark()),
                  Math.max(one.idleMillis(), other.idleMillis())));
    }
  }

  /** The figures of a vertex's sources: of each the greatest that any subtask has. */
  private Map<String, Double> maxima(String metrics) throws IOException, InterruptedException {
    List<String> queries = new ArrayList<>();
    StringBuilder names = new StringBuilder();
    for (JsonNode metric : get(metrics)) {
      String name = metric.path("id").asText();
      if (POSITION.matcher(name).matches() || SPLIT.matcher(name).matches()) {
        names.append(names.isEmpty() ? "" : ",").append(URLEncoder.encode(name, UTF_8));
        if (names.length() > QUERY_CHARS) {
          queries.add(names.toString());
          names.setLength(0);
        }
      }
    }
    if (!names.isEmpty()) {
      queries.add(names.toString());
    }
    Map<String, Double> maxima = new HashMap<>();
    for (String query : queries) {
      for (JsonNode metric : get(metrics + "?agg=max&get=" + query)) {
        maxima.put(metric.path("id").asText(), metric.path("max").asDouble());
      }
    }
    return maxima;
  }

  private JsonNode get(String path) throws IOException, InterruptedException {
    return rest.get(job + path);
  }
}
