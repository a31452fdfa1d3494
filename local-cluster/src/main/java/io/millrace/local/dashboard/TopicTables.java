package io.millrace.local.dashboard;

import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tables of all topics that are followed. Live topics and dead letters always are; any other
 * topic while somebody looks at it, and for a while after.
 *
 * <p>Safe for use by several threads.
 */
final class TopicTables {
  private static final RowTable.Limits LIVE = new RowTable.Limits(20_000, 16L << 20);
  private static final RowTable.Limits RECORDS = new RowTable.Limits(2_000, 4L << 20);

  /** How many topics may be followed because somebody looks at them. */
  private static final int MAX_LOOKED_AT = 64;

  /** More changes of a topic there are not, on average. */
  private static final long CHANGES_PER_MILLI = 1_024;

  private static final long LINGER_NANOS = 30_000_000_000L;

  private final String prefix;
  private final Map<String, RowTable> tables = new HashMap<>();
  private final Map<String, Integer> lookers = new HashMap<>();
  private final Map<String, Long> lookedUntil = new HashMap<>();
  private Set<String> existing = Set.of();

  /** Tables of topics whose names a deployment put {@code prefix} before. */
  TopicTables(String prefix) {
    this.prefix = prefix;
  }

  /** What the deployment puts before the names of topics. */
  String prefix() {
    return prefix;
  }

  /** The catalogue's topics of dead letters, without prefix. */
  static List<String> letters() {
    return Topics.all().stream()
        .filter(topic -> topic.lane() == Lane.DEAD_LETTER)
        .map(Topic::name)
        .toList();
  }

  /** What a topic is for; null where the catalogue does not know it. */
  @Nullable Lane lane(String topic) {
    return described(topic).map(Topic::lane).orElse(null);
  }

  /** The catalogue's topic that one of Kafka is. */
  Optional<Topic<?>> described(String topic) {
    return topic.startsWith(prefix)
        ? Topics.byName(topic.substring(prefix.length()))
        : Optional.empty();
  }

  /** Says which topics there are. */
  synchronized void exist(Set<String> topics) {
    existing = new TreeSet<>(topics);
    tables.keySet().retainAll(existing);
  }

  /** The topics that there are. */
  synchronized Set<String> existing() {
    return existing;
  }

  /**
   * Has a topic followed until {@link #release} is called as often.
   *
   * @throws IllegalStateException where too many are looked at
   */
  synchronized void acquire(String topic) {
    if (!lookers.containsKey(topic) && lookers.size() >= MAX_LOOKED_AT) {
      throw new IllegalStateException("too many topics are looked at; close a page first");
    }
    lookers.merge(topic, 1, Integer::sum);
  }

  /** Says that one viewer less looks at a topic. */
  synchronized void release(String topic) {
    lookers.computeIfPresent(topic, (name, count) -> count == 1 ? null : count - 1);
    lookedUntil.put(topic, System.nanoTime());
  }

  /** The topics to follow now; the tables of all others are dropped. */
  synchronized Set<String> wanted() {
    long now = System.nanoTime();
    lookedUntil.values().removeIf(until -> now - until > LINGER_NANOS);
    Set<String> wanted = new TreeSet<>();
    for (String topic : existing) {
      Lane lane = lane(topic);
      if (lane == Lane.LIVE
          || lane == Lane.DEAD_LETTER
          || lookers.containsKey(topic)
          || lookedUntil.containsKey(topic)) {
        wanted.add(topic);
      }
    }
    tables.keySet().retainAll(wanted);
    return wanted;
  }

  /** The table of a topic that is followed. */
  synchronized RowTable table(String topic) {
    return tables.computeIfAbsent(topic, this::created);
  }

  /** The table of a topic; null where it is not followed yet. */
  synchronized @Nullable RowTable find(String topic) {
    return tables.get(topic);
  }

  /** How many records came of each topic that is followed. */
  synchronized Map<String, Long> received() {
    Map<String, Long> received = new TreeMap<>();
    List<RowTable> all = new ArrayList<>(tables.values());
    all.forEach(table -> received.put(table.topic(), table.received()));
    return received;
  }

  /** Changes are numbered from the clock on, as a topic may have had a table before. */
  private RowTable created(String topic) {
    long first = System.currentTimeMillis() * CHANGES_PER_MILLI;
    return lane(topic) == Lane.LIVE
        ? new RowTable(topic, RowTable.Kind.LATEST, LIVE, first)
        : new RowTable(topic, RowTable.Kind.LOG, RECORDS, first);
  }
}
