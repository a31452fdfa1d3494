package io.millrace.local.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.bench.WindowRecount.Count;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.ranking.RankingPublished;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Whether a timed run did its work, so that its time means something.
 *
 * @param load what it had to read
 */
record RequestCheck(RequestLoad load) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Checks what the clock and the job itself counted.
   *
   * @throws VoidRunException for the first figure that is not as it must be
   */
  void figures(RequestVariant variant, Map<String, Long> figures) throws VoidRunException {
    Figures of = new Figures(variant.code(), figures);
    long poison = variant == RequestVariant.POISONED ? load.poison() : 0;
    of.require("records read", RunTimes.SOURCE_RECORDS, load.records() + poison);
    if (variant.result() != RequestVariant.Result.NONE) {
      return;
    }
    long checksum =
        switch (variant) {
          case RAW -> load.bytes();
          case PROJECTED -> load.pathChecksum();
          default -> load.checksum();
        };
    of.require("records discarded", Figures.RECORDS, load.records());
    of.require("checksum of the records", Figures.CHECKSUM, checksum);
  }

  /**
   * Checks the committed rows of a variant.
   *
   * @param rows number of rows in each of its topics; only the first may have any, and that of dead
   *     letters those that are due
   * @param directory holds the rows, a file a topic
   * @throws VoidRunException where they are not what the recount says
   */
  void rows(RequestVariant variant, Map<String, Long> rows, Path directory)
      throws VoidRunException, IOException {
    List<String> topics = variant.outputs();
    for (String topic : topics.subList(1, topics.size())) {
      if (topic.endsWith(Topics.HEAVY_HITTERS_LIVE.name())) {
        // How many rows it has depends on the clock.
        continue;
      }
      boolean isPoisoned =
          topic.equals(RequestVariant.POISONED_PREFIX + Topics.WEB_REQUESTS_DLQ.name());
      new Figures(variant.code(), rows)
          .require("committed rows in " + topic, topic, isPoisoned ? load.poison() : 0);
    }
    List<String> lines = Files.readAllLines(directory.resolve(topics.get(0) + ".jsonl"));
    try {
      if (variant.result() == RequestVariant.Result.RANKINGS) {
        rankings(lines, new WindowRecount(load, variant.slideMillis()));
      } else {
        ranked(lines, new WindowRecount(load, variant.slideMillis()));
      }
    } catch (VoidRunException e) {
      throw new VoidRunException(variant.code() + ": " + e.getMessage());
    }
  }

  /** Rows that hold a window's ranking each. */
  private static void rankings(List<String> lines, WindowRecount truth) throws VoidRunException {
    Map<Long, RankingPublished> published = new TreeMap<>();
    JsonCodec<RankingPublished> codec = Topics.HEAVY_HITTERS_RANKINGS.codec();
    for (String line : lines) {
      RankingPublished ranking = ranking(codec, line);
      if (published.put(ranking.windowEnd(), ranking) != null) {
        throw new VoidRunException(
            "the window that ends at " + ranking.windowEnd() + " is published twice");
      }
    }
    while (truth.next()) {
      RankingPublished ranking = published.remove(truth.end());
      if (ranking == null) {
        throw new VoidRunException("the window that ends at " + truth.end() + " is missing");
      }
      new RankingCheck(ranking, truth).check();
    }
    requireNothing(published.keySet());
  }

  private static RankingPublished ranking(JsonCodec<RankingPublished> codec, String line)
      throws VoidRunException {
    try {
      return codec.decode(line.getBytes(StandardCharsets.UTF_8));
    } catch (RejectedException e) {
      throw new VoidRunException("a committed row is none: " + e.getMessage());
    }
  }

  /** Rows that hold one path of a ranking each, in any order. */
  private static void ranked(List<String> lines, WindowRecount truth)
      throws VoidRunException, IOException {
    Map<Long, List<Count>> published = new TreeMap<>();
    for (String line : lines) {
      JsonNode row = JSON.readTree(line);
      published
          .computeIfAbsent(row.path("windowEnd").longValue(), end -> new ArrayList<>())
          .add(new Count(row.path("path").textValue(), row.path("count").longValue()));
    }
    while (truth.next()) {
      List<Count> counts = published.getOrDefault(truth.end(), new ArrayList<>());
      published.remove(truth.end());
      counts.sort(WindowRecount.RANKING);
      if (!counts.equals(truth.heaviest(RankingCheck.K))) {
        throw new VoidRunException(
            "the window that ends at " + truth.end() + ": the rows differ from the recount");
      }
    }
    requireNothing(published.keySet());
  }

  private static void requireNothing(Set<Long> windowEnds) throws VoidRunException {
    if (!windowEnds.isEmpty()) {
      throw new VoidRunException("no requests are in the windows that end at " + windowEnds);
    }
  }
}
