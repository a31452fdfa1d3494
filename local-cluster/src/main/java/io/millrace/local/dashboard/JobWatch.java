package io.millrace.local.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.flink.FlinkRest;
import io.millrace.local.flink.JobProgress;
import io.millrace.local.flink.JobProgress.Split;
import io.millrace.local.flink.SubmittedJob;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.api.common.JobID;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Flink says of its jobs: state, records, rate, lag, checkpoint, restarts, event time. Records
 * are counted by the positions of the job's sources, so that what is read again counts once.
 */
final class JobWatch {
  private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);
  private static final String RUNNING = "RUNNING";

  /** There is nothing to ask for yet, and Flink logs an error for whoever does. */
  private static final String INITIALIZING = "INITIALIZING";

  private static final int MAX_JOBS = 50;
  private static final int RATE_SAMPLES = 6;

  /** The records read at a time of {@link System#nanoTime}. */
  private record Sample(long nanos, long records) {}

  /** What was seen of a job so far. */
  private static final class Seen {
    private final Map<String, Long> positions = new HashMap<>();
    private Map<String, PartitionTime> partitions = Map.of();
    private final Deque<Sample> samples = new ArrayDeque<>();

    /** After a restart Flink tells of no checkpoint until the next one is complete. */
    private OptionalLong checkpointedAt = OptionalLong.empty();

    /** The vertices of sources that wait for none of their partitions. */
    Set<String> quiet() {
      long now = System.nanoTime();
      Set<String> quiet = new HashSet<>();
      partitions.values().forEach(each -> quiet.add(each.split().vertex()));
      partitions.values().stream()
          .filter(each -> !each.isIdle(now))
          .forEach(each -> quiet.remove(each.split().vertex()));
      return quiet;
    }

    long records() {
      return positions.values().stream().mapToLong(Long::longValue).sum();
    }

    long perSecond() {
      samples.add(new Sample(System.nanoTime(), records()));
      if (samples.size() > RATE_SAMPLES) {
        samples.remove();
      }
      double seconds = (samples.getLast().nanos() - samples.getFirst().nanos()) / 1e9;
      long records = samples.getLast().records() - samples.getFirst().records();
      return seconds <= 0 ? 0 : Math.round(records / seconds);
    }
  }

  private final FlinkRest rest;
  private final TopicReader reader;
  private final Map<String, Seen> seen = new HashMap<>();

  JobWatch(FlinkRest rest, TopicReader reader) {
    this.rest = rest;
    this.reader = reader;
  }

  /**
   * The jobs that the cluster has, as they are now.
   *
   * @param lettersByJob how many dead letters of each job there are
   * @throws IOException where Flink does not answer
   */
  ArrayNode look(Map<String, Long> lettersByJob) throws IOException, InterruptedException {
    ArrayNode jobs = JsonNodeFactory.instance.arrayNode();
    Set<String> topics = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode job : rest.get("/jobs/overview").path("jobs")) {
      if (jobs.size() < MAX_JOBS) {
        ids.add(job.path("jid").asText());
        jobs.add(described(job, topics, lettersByJob));
      }
    }
    seen.keySet().retainAll(ids);
    reader.measure(topics);
    return jobs;
  }

  private ObjectNode described(JsonNode job, Set<String> topics, Map<String, Long> lettersByJob)
      throws InterruptedException {
    String id = job.path("jid").asText();
    String name = job.path("name").asText();
    String state = job.path("state").asText();
    ObjectNode described = JsonNodeFactory.instance.objectNode();
    described.put("id", id).put("name", name).put("state", state);
    described.put("startedAt", job.path("start-time").asLong());
    described.put("deadLetters", lettersByJob.getOrDefault(name, 0L));
    JsonNode tasks = job.path("tasks");
    described.put("tasks", tasks.path("total").asInt());
    described.put("tasksRunning", tasks.path("running").asInt());
    if (state.equals(INITIALIZING)) {
      return described;
    }
    SubmittedJob submitted = new SubmittedJob(rest, JobID.fromHexString(id));
    try {
      if (!SubmittedJob.isEnd(state)) {
        Seen before = seen.computeIfAbsent(id, any -> new Seen());
        addProgress(described, submitted, before, topics);
        addEventTime(described, id, before.quiet());
      }
      boolean whole = state.equals(RUNNING) && tasks.path("total").equals(tasks.path("running"));
      if (!whole || described.path("restarts").asLong() > 0) {
        submitted
            .lastFailure()
            .ifPresent(last -> described.put("failure", last.cause()).put("failedAt", last.at()));
      }
    } catch (IOException e) {
      // A job that restarts has no figures for a moment.
      LOG.debug("No figures of {} for now", name, e);
    }
    return described;
  }

  private void addProgress(ObjectNode described, SubmittedJob job, Seen before, Set<String> topics)
      throws IOException, InterruptedException {
    JobProgress progress = job.progress();
    progress.positions().forEach((each, next) -> before.positions.merge(each, next, Math::max));
    before
        .positions
        .keySet()
        .forEach(partition -> topics.add(partition.substring(0, partition.lastIndexOf('-'))));
    described.put("records", before.records());
    described.put("perSecond", before.perSecond());
    described.put("lag", lag(before.positions));
    described.put("restarts", progress.restarts());
    if (progress.checkpointedAt().isPresent()) {
      before.checkpointedAt = progress.checkpointedAt();
    }
    before.checkpointedAt.ifPresent(at -> described.put("checkpointedAt", at));
    addSources(described.putArray("sources"), before, progress.splits());
  }

  /**
   * The event time of each topic that the job reads, and the partitions that it does not wait for.
   */
  private void addSources(ArrayNode sources, Seen before, Map<String, Split> splits) {
    long now = System.nanoTime();
    Map<String, PartitionTime> partitions = new HashMap<>();
    splits.forEach(
        (name, split) ->
            partitions.put(name, PartitionTime.of(before.partitions.get(name), split, now)));
    before.partitions = partitions;
    Map<String, TreeMap<Integer, PartitionTime>> topics = new TreeMap<>();
    partitions.forEach(
        (name, partition) -> {
          int dash = name.lastIndexOf('-');
          topics
              .computeIfAbsent(name.substring(0, dash), any -> new TreeMap<>())
              .put(Integer.parseInt(name.substring(dash + 1)), partition);
        });
    topics.forEach(
        (topic, numbered) ->
            addSource(sources.addObject().put("topic", named(topic)), numbered, now));
  }

  private static void addSource(
      ObjectNode source, Map<Integer, PartitionTime> partitions, long now) {
    source.put("partitions", partitions.size());
    ArrayNode idle = source.putArray("idle");
    long earliest = Long.MAX_VALUE;
    for (Map.Entry<Integer, PartitionTime> each : partitions.entrySet()) {
      if (each.getValue().isIdle(now)) {
        idle.add(each.getKey());
      } else {
        earliest = Math.min(earliest, each.getValue().split().watermark());
      }
    }
    if (earliest > Long.MIN_VALUE && earliest < Long.MAX_VALUE) {
      source.put("eventTime", earliest);
    }
  }

  /** The name of a topic of which Flink's metrics have only another form. */
  private String named(String measured) {
    return reader.ends().keySet().stream()
        .map(TopicPartition::topic)
        .filter(topic -> measured(topic).equals(measured))
        .findFirst()
        .orElse(measured);
  }

  /** A topic's name as Flink's metrics have it, with which positions come. */
  static String measured(String topic) {
    return topic.replace('.', '_');
  }

  private long lag(Map<String, Long> positions) {
    long lag = 0;
    for (Map.Entry<TopicPartition, Long> end : reader.ends().entrySet()) {
      String partition = measured(end.getKey().topic()) + '-' + end.getKey().partition();
      Long position = positions.get(partition);
      if (position != null) {
        lag += Math.max(0, end.getValue() - position);
      }
    }
    return lag;
  }

  /**
   * The earliest watermark that any task waits at: up to then the job's results are final. Tasks
   * that only get what quiet sources read wait for nothing, at the watermark that was the last.
   */
  private void addEventTime(ObjectNode described, String id, Set<String> quietSources)
      throws IOException, InterruptedException {
    JsonNode job = rest.get("/jobs/" + id);
    Set<String> quiet = fedBy(quietSources, job.path("plan").path("nodes"));
    long earliest = Long.MAX_VALUE;
    String slowest = "";
    for (JsonNode vertex : job.path("vertices")) {
      if (quiet.contains(vertex.path("id").asText())) {
        continue;
      }
      String path = "/jobs/" + id + "/vertices/" + vertex.path("id").asText() + "/watermarks";
      for (JsonNode watermark : rest.get(path)) {
        long at = watermark.path("value").asLong(Long.MIN_VALUE);
        if (at > Long.MIN_VALUE && at < earliest) {
          earliest = at;
          slowest = vertex.path("name").asText();
        }
      }
    }
    if (earliest < Long.MAX_VALUE) {
      described.put("eventTime", earliest).put("eventTimeOf", slowest);
    }
  }

  /** Some sources of a plan, and the vertices all of whose records come from these. */
  static Set<String> fedBy(Set<String> sources, JsonNode nodes) {
    Set<String> fed = new HashSet<>(sources);
    boolean more = !fed.isEmpty();
    while (more) {
      more = false;
      for (JsonNode node : nodes) {
        JsonNode inputs = node.path("inputs");
        if (!inputs.isEmpty() && inputs.findValuesAsText("id").stream().allMatch(fed::contains)) {
          more |= fed.add(node.path("id").asText());
        }
      }
    }
    return fed;
  }
}
