package io.millrace.local.retention;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.query.OpenSearchNode;
import io.millrace.local.retention.OffsetRanges.Gap;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the indices of days that are over for long enough, each only where every one of its
 * documents is a line of a finished file of the archive. What was deleted can be brought back by
 * log ingestion, with its option {@code recall}. All of it may be done again after a failure.
 */
public final class LogRetention {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu.MM.dd", Locale.ROOT);
  private static final int MOST_PARTITIONS = 10_000;
  private static final int GAPS_A_REQUEST = 500;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final OpenSearchNode node;
  private final LogArchive archive;
  private final String indices;

  /**
   * For the indices of a deployment.
   *
   * @param topicPrefix what it puts before the names of topics
   */
  public LogRetention(OpenSearchNode node, String topicPrefix, LogArchive archive) {
    this.node = node;
    this.archive = archive;
    this.indices = topicPrefix + "logs-";
  }

  /**
   * How long days are kept.
   *
   * @param days an index is deleted so many days after the end of its day, and after it was made;
   *     with 0 as soon as its day is over
   * @param lateDays a line came in on the day on which it was logged, on the one before, or at most
   *     so many days later
   * @param deletes whether anything is deleted
   */
  public record Terms(int days, int lateDays, boolean deletes) {
    /**
     * Checks the days.
     *
     * @throws IllegalArgumentException where they are out of their ranges
     */
    public Terms {
      if (days < 0 || days > 36_500 || lateDays < 0 || lateDays > 366) {
        throw new IllegalArgumentException(
            "--keep must be from 0 to 36500 days, and --late from 0 to 366");
      }
    }
  }

  /** What becomes of an index. */
  public enum Fate {
    /** It is deleted, or would be. */
    DELETED,
    /** It is deleted later, for it was made or brought back not long ago. */
    YOUNG,
    /** It stays, for the archive does not have all of it. */
    NOT_ARCHIVED
  }

  /**
   * What became of an index whose day is over for long enough.
   *
   * @param index its name
   * @param fate what became of it
   * @param documents how many it has or had
   * @param notArchived how many of them no finished file of the archive has
   */
  public record Outcome(String index, Fate fate, long documents, long notArchived) {}

  /**
   * An index that was deleted before and is there again.
   *
   * @param index its name
   * @param documents how many it has
   * @param before how many it had when it was deleted
   */
  public record Back(String index, long documents, long before) {}

  private record Index(String name, LocalDate day, long documents, Instant made) {}

  /**
   * Deletes what is due, the oldest first.
   *
   * @throws IOException where OpenSearch does not answer, or a file of the archive is not what its
   *     list says; what was deleted by then is in the archive
   */
  public List<Outcome> apply(Terms terms, Instant now) throws IOException, InterruptedException {
    List<Outcome> outcomes = new ArrayList<>();
    Duration kept = Duration.ofDays(terms.days());
    for (Index index : indices()) {
      Instant end = index.day().plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant();
      if (now.isBefore(end.plus(kept))) {
        continue;
      }
      if (now.isBefore(index.made().plus(kept))) {
        outcomes.add(new Outcome(index.name(), Fate.YOUNG, index.documents(), 0));
        continue;
      }
      outcomes.add(apply(terms, index));
    }
    return outcomes;
  }

  private Outcome apply(Terms terms, Index index) throws IOException, InterruptedException {
    node.ask("POST", "/" + index.name() + "/_refresh", null);
    OffsetRanges archived = new OffsetRanges();
    LocalDate last = index.day().plusDays(terms.lateDays());
    for (LocalDate day = index.day().minusDays(1); !day.isAfter(last); day = day.plusDays(1)) {
      archived.addAll(archive.offsets(day));
    }
    JsonNode found = node.ask("POST", "/" + index.name() + "/_search", extents());
    long documents = found.at("/hits/total/value").asLong();
    long notArchived = documents;
    for (JsonNode topic : found.at("/aggregations/topics/buckets")) {
      for (JsonNode partition : topic.at("/partitions/buckets")) {
        notArchived -= partition.path("doc_count").asLong();
        notArchived += outside(index, topic.path("key").asText(), partition, archived);
      }
    }
    if (notArchived > 0) {
      return new Outcome(index.name(), Fate.NOT_ARCHIVED, documents, notArchived);
    }
    if (terms.deletes()) {
      archive.noteCold(index.name(), new LogArchive.Cold(documents, index.made().toEpochMilli()));
      node.ask("DELETE", "/" + index.name(), null);
    }
    return new Outcome(index.name(), Fate.DELETED, documents, 0);
  }

  /** How many documents of a partition have offsets that are not archived. */
  private long outside(Index index, String topic, JsonNode partition, OffsetRanges archived)
      throws IOException, InterruptedException {
    long number = partition.path("key").asLong();
    List<Gap> gaps =
        archived.gaps(
            topic + ":" + number,
            partition.at("/first/value").asLong(),
            partition.at("/last/value").asLong());
    long outside = 0;
    for (int from = 0; from < gaps.size(); from += GAPS_A_REQUEST) {
      ObjectNode query = JSON.objectNode();
      ObjectNode bool = query.putObject("query").putObject("bool");
      ArrayNode filter = bool.putArray("filter");
      filter.addObject().putObject("term").put("topic", topic);
      filter.addObject().putObject("term").put("partition", number);
      ArrayNode should = bool.put("minimum_should_match", 1).putArray("should");
      for (Gap gap : gaps.subList(from, Math.min(gaps.size(), from + GAPS_A_REQUEST))) {
        should
            .addObject()
            .putObject("range")
            .putObject("offset")
            .put("gte", gap.first())
            .put("lte", gap.last());
      }
      outside += node.ask("POST", "/" + index.name() + "/_count", query).path("count").asLong();
    }
    return outside;
  }

  /** Of each partition the first and the last offset. */
  private static ObjectNode extents() {
    ObjectNode search = JSON.objectNode().put("size", 0).put("track_total_hits", true);
    ObjectNode topics = search.putObject("aggs").putObject("topics");
    topics.putObject("terms").put("field", "topic").put("size", MOST_PARTITIONS);
    ObjectNode partitions = topics.putObject("aggs").putObject("partitions");
    partitions.putObject("terms").put("field", "partition").put("size", MOST_PARTITIONS);
    ObjectNode offsets = partitions.putObject("aggs");
    offsets.putObject("first").putObject("min").put("field", "offset");
    offsets.putObject("last").putObject("max").put("field", "offset");
    return search;
  }

  /** What was deleted before and is there again. */
  public List<Back> back() throws IOException, InterruptedException {
    List<Back> back = new ArrayList<>();
    for (Index index : indices()) {
      LogArchive.Cold before = archive.cold(index.name());
      if (before != null && before.made() != index.made().toEpochMilli()) {
        back.add(new Back(index.name(), index.documents(), before.documents()));
      }
    }
    return back;
  }

  private List<Index> indices() throws IOException, InterruptedException {
    List<Index> found = new ArrayList<>();
    JsonNode all =
        node.ask(
            "GET",
            "/_cat/indices/" + indices + "*?format=json&h=index,docs.count,creation.date",
            null);
    for (JsonNode each : all) {
      String name = each.path("index").asText();
      LocalDate of = day(name.substring(Math.min(name.length(), indices.length())));
      if (of != null) {
        found.add(
            new Index(
                name,
                of,
                each.path("docs.count").asLong(),
                Instant.ofEpochMilli(each.path("creation.date").asLong())));
      }
    }
    found.sort(Comparator.comparing(Index::day));
    return found;
  }

  /** The day that the name of an index ends with; null where it is none of a day. */
  private static @Nullable LocalDate day(String text) {
    try {
      return LocalDate.parse(text, DAY);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
