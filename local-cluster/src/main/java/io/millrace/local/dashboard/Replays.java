package io.millrace.local.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.broker.Replay;
import io.millrace.schema.Topic.Lane;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/** Replays dead letters for viewers, one topic at a time. */
final class Replays {
  private final DashboardSources sources;
  private final TopicTables tables;
  private final ReentrantLock one = new ReentrantLock();

  /** Those of these sources, which may allow none. */
  Replays(DashboardSources sources, TopicTables tables) {
    this.sources = sources;
    this.tables = tables;
  }

  /** Whether there may be any. */
  boolean areAllowed() {
    return !sources.readOnly();
  }

  /** Whether a topic holds dead letters. */
  boolean isOfLetters(String topic) {
    return tables.existing().contains(topic) && tables.lane(topic) == Lane.DEAD_LETTER;
  }

  /**
   * Replays a topic's letters that were not replayed yet.
   *
   * @return how many letters had which fate, and how many records were put back, by topic
   * @throws IllegalStateException where another replay is not over
   */
  ObjectNode run(String topic) throws IOException {
    if (!one.tryLock()) {
      throw new IllegalStateException("another replay is not over yet");
    }
    try (Replay replay = new Replay(sources.bootstrap(), topic, Set.of(), sources.properties())) {
      Replay.Outcome outcome = replay.run();
      ObjectNode json = JsonNodeFactory.instance.objectNode();
      ObjectNode letters = json.putObject("letters");
      outcome
          .letters()
          .forEach((fate, count) -> letters.put(fate.name().toLowerCase(Locale.ROOT), count));
      ObjectNode topics = json.putObject("topics");
      outcome.topics().forEach(topics::put);
      return json;
    } finally {
      one.unlock();
    }
  }
}
