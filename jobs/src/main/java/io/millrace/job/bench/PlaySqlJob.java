package io.millrace.job.bench;

import io.millrace.job.JobDescription;
import io.millrace.job.listening.TrendingSongsOptions;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.util.List;

/**
 * The windowed charts of trending songs in Flink SQL: a count by window, region and song, and by
 * window and song, and the first of each. In: {@code listening.plays}. Out: {@code
 * flink-sql.charts}, one row for each song of a chart. State: O(distinct songs and regions of the
 * open windows).
 */
public final class PlaySqlJob {
  static final Topic<ChartedSong> CHARTS =
      new Topic<>(
          "flink-sql.charts",
          "A song that is among the most played of a window and region, as Flink SQL counts.",
          ChartedSong.class,
          Topic.Lane.RESULT,
          "songId",
          Topics.PARTITIONS,
          Topic.Cleanup.DELETE,
          Topic.View.TABLE,
          null);

  static final JobDescription JOB =
      new JobDescription(
          "play-sql",
          PlaySqlJob.class,
          "How fast does Flink SQL rank songs?",
          List.of(Topics.LISTENING_PLAYS),
          List.of(CHARTS),
          List.of(),
          List.of());

  private static final String TOP_N =
      """
      INSERT INTO charts
      SELECT
        1000 * CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) AS BIGINT),
        COALESCE(region, 'GLOBAL'),
        songId,
        n
      FROM (
        SELECT
          window_end, region, songId, n,
          ROW_NUMBER() OVER (
            PARTITION BY window_start, window_end, region ORDER BY n DESC, songId) AS place
        FROM (
          SELECT window_start, window_end, region, songId, COUNT(*) AS n
          FROM TABLE(
            HOP(
              TABLE plays, DESCRIPTOR(event_time),
              INTERVAL '%d' MINUTES, INTERVAL '%d' MINUTES))
          WHERE durationPlayedMillis >= %d
          GROUP BY window_start, window_end, GROUPING SETS ((region, songId), (songId))))
      WHERE place <= %d""";

  private PlaySqlJob() {}

  /**
   * One row of the result.
   *
   * @param windowEnd end of the window, in milliseconds since the epoch
   * @param region where it was played; {@code GLOBAL} for all regions together
   * @param songId what was played
   * @param count how often
   */
  public record ChartedSong(long windowEnd, String region, String songId, long count) {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    SqlPeer sql = SqlPeer.open(args, JOB);
    sql.source(
        "plays",
        Topics.LISTENING_PLAYS.name(),
        "songId STRING, region STRING, durationPlayedMillis BIGINT");
    sql.sink(
        "charts", CHARTS.name(), "windowEnd BIGINT, region STRING, songId STRING, `count` BIGINT");
    sql.run(
        TOP_N.formatted(
            TrendingSongsOptions.SLIDE.defaultValue().toMinutes(),
            TrendingSongsOptions.WINDOW.defaultValue().toMinutes(),
            TrendingSongsOptions.MIN_PLAYED.defaultValue().toMillis(),
            TrendingSongsOptions.K.defaultValue()));
  }
}
