package io.millrace.local.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.flink.FailureCause;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of jobs and topics, looked at again and again on a thread of its own. */
final class Status implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Status.class);
  private static final long INTERVAL_MILLIS = 1_000;

  private final TopicTables tables;
  private final TopicReader reader;
  private final RowDecoder decoder;
  private final @Nullable JobWatch jobs;
  private final @Nullable String flinkPage;
  private final boolean replays;
  private final Thread thread;
  private Map<String, Long> receivedBefore = new HashMap<>();
  private long lookedAt = System.nanoTime();
  private volatile String json = "{}";
  private volatile boolean closed;

  /**
   * Looks at nothing yet.
   *
   * @param jobs watches Flink; null where there is none to watch
   * @param flinkPage address of Flink's own page; null where viewers don't reach it
   * @param replays whether dead letters may be replayed
   */
  Status(
      TopicTables tables,
      TopicReader reader,
      RowDecoder decoder,
      @Nullable JobWatch jobs,
      @Nullable String flinkPage,
      boolean replays) {
    this.tables = tables;
    this.reader = reader;
    this.decoder = decoder;
    this.jobs = jobs;
    this.flinkPage = flinkPage;
    this.replays = replays;
    this.thread = new Thread(this::watch, "dashboard-status");
    thread.setDaemon(true);
  }

  /** Starts to look. */
  void start() {
    thread.start();
  }

  /** What was seen last, as a JSON object. */
  String json() {
    return json;
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }

  private void watch() {
    try {
      while (!closed) {
        look();
        Thread.sleep(INTERVAL_MILLIS);
      }
    } catch (InterruptedException e) {
      LOG.debug("Asked to stop");
    }
  }

  private void look() throws InterruptedException {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("now", System.currentTimeMillis());
    status.put("replays", replays);
    status.put("kafkaProblem", reader.problem());
    status.put("unreadable", decoder.unreadable());
    addTopics(status.putArray("topics"));
    // Right after the topics, so that both have the same dead letters.
    addFlink(status, decoder.lettersByJob());
    json = status.toString();
  }

  private void addFlink(ObjectNode status, Map<String, Long> letters) throws InterruptedException {
    if (jobs == null) {
      return;
    }
    ObjectNode flink = status.putObject("flink");
    flink.put("page", flinkPage);
    try {
      flink.set("jobs", jobs.look(letters));
    } catch (IOException e) {
      flink.put("problem", "Flink does not answer: " + FailureCause.oneLine(e));
    }
  }

  private void addTopics(ArrayNode topics) {
    long now = System.nanoTime();
    double seconds = (now - lookedAt) / 1e9;
    lookedAt = now;
    Map<String, Long> received = tables.received();
    Set<String> cut = reader.cut();
    for (String name : tables.existing()) {
      ObjectNode topic = topics.addObject().put("name", name);
      tables.described(name).ifPresent(known -> describe(topic, known));
      RowTable table = tables.find(name);
      Long count = received.get(name);
      if (table != null && count != null) {
        long before = receivedBefore.getOrDefault(name, count);
        topic.put("received", count);
        topic.put("perSecond", Math.max(0, Math.round((count - before) / seconds)));
        topic.put("rows", table.size());
        topic.put("cut", cut.contains(name));
      }
    }
    receivedBefore = received;
  }

  private static void describe(ObjectNode described, Topic<?> topic) {
    described.put("id", topic.name());
    described.put("lane", topic.lane().name().toLowerCase(Locale.ROOT));
    described.put("about", topic.description());
  }
}
