package io.millrace.local.bench;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.ranking.RankingPublished;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a timed run did its work, so that its time means something.
 *
 * @param load what it had to read
 */
record RunCheck(RequestLoad load) {
  /** Topics that heavy hitters writes; only the rankings may have rows. */
  static final List<String> OUTPUTS =
      List.of(
          Topics.HEAVY_HITTERS_RANKINGS.name(),
          Topics.HEAVY_HITTERS_LATE.name(),
          Topics.WEB_REQUESTS_DLQ.name());

  private static final String RECORDS = "records";
  private static final String CHECKSUM = "checksum";

  /**
   * Checks what the clock and the job itself counted.
   *
   * @throws VoidRunException for the first figure that is not as it must be
   */
  void figures(Variant variant, Map<String, Long> figures) throws VoidRunException {
    require(variant, "records read", figures.get(RunClock.SOURCE_RECORDS), load.records());
    if (variant == Variant.HEAVY_HITTERS) {
      return;
    }
    long checksum = variant == Variant.RAW ? load.bytes() : load.checksum();
    require(variant, "records discarded", figures.get(RECORDS), load.records());
    require(variant, "checksum of the records", figures.get(CHECKSUM), checksum);
  }

  /**
   * Checks the committed rows of heavy hitters.
   *
   * @param rows number of rows in each of its topics
   * @param directory holds the rows, a file a topic
   * @throws VoidRunException where they are not what the recount says
   */
  void rankings(Map<String, Long> rows, Path directory) throws VoidRunException, IOException {
    Set<RankingPublished> expected = load.rankings();
    for (String topic : OUTPUTS) {
      long count = topic.equals(Topics.HEAVY_HITTERS_RANKINGS.name()) ? expected.size() : 0;
      require(Variant.HEAVY_HITTERS, "committed rows in " + topic, rows.get(topic), count);
    }
    Set<RankingPublished> published = new HashSet<>();
    Path file = directory.resolve(Topics.HEAVY_HITTERS_RANKINGS.name() + ".jsonl");
    for (String line : Files.readAllLines(file)) {
      published.add(ranking(line));
    }
    if (!published.equals(expected)) {
      throw new VoidRunException(
          "heavy-hitters: the committed rankings differ from the recount of the requests");
    }
  }

  private static RankingPublished ranking(String line) throws VoidRunException {
    try {
      return Topics.HEAVY_HITTERS_RANKINGS.codec().decode(line.getBytes(StandardCharsets.UTF_8));
    } catch (RejectedException e) {
      throw new VoidRunException("heavy-hitters: a committed row is none: " + e.getMessage());
    }
  }

  private static void require(Variant variant, String what, @Nullable Long found, long expected)
      throws VoidRunException {
    if (found == null || found != expected) {
      throw new VoidRunException(
          String.format("%s: %s: %d, not %d", variant.code(), what, found, expected));
    }
  }
}
