package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobDescription;
import io.millrace.job.web.HeavyHittersOptions;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.binary.BinaryStringData;
import org.apache.flink.table.runtime.typeutils.InternalTypeInfo;
import org.apache.flink.table.types.logical.BigIntType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;

/**
 * The query of heavy hitters in Flink SQL: a count by window and path, and the first of each
 * window. In: {@code web.requests} or {@link ParsedRows}. Out: {@code flink-sql.rankings}, one row
 * for each ranked path. State: O(distinct paths of the open windows).
 *
 * <p>It is set up as Flink's guide to tuning says: two-phase aggregation, mini-batches, object
 * reuse. The table declares no columns beyond the two that it needs, so that it parses no more.
 */
public final class FlinkSqlJob {
  static final Topic<RankedPath> RANKINGS =
      new Topic<>(
          "flink-sql.rankings",
          "A path that is among the heaviest of a window, as Flink SQL counts.",
          RankedPath.class,
          Topic.Lane.RESULT,
          "path",
          Topics.PARTITIONS,
          Topic.Cleanup.DELETE,
          Topic.View.TABLE,
          null);

  static final JobDescription JOB =
      new JobDescription(
          "flink-sql",
          FlinkSqlJob.class,
          "How fast does Flink SQL rank requests?",
          List.of(Topics.WEB_REQUESTS),
          List.of(RANKINGS),
          List.of(),
          List.of(ParsedSource.ROWS));

  private static final String TOP_N =
      """
      INSERT INTO rankings
      SELECT
        1000 * CAST(TIMESTAMPDIFF(SECOND, TIMESTAMP '1970-01-01 00:00:00', window_end) AS BIGINT),
        path,
        n
      FROM (
        SELECT
          window_end, path, n,
          ROW_NUMBER() OVER (
            PARTITION BY window_start, window_end ORDER BY n DESC, path) AS place
        FROM (
          SELECT window_start, window_end, path, COUNT(*) AS n
          FROM TABLE(TUMBLE(TABLE requests, DESCRIPTOR(event_time), INTERVAL '%d' MINUTES))
          GROUP BY window_start, window_end, path))
      WHERE place <= %d""";

  private FlinkSqlJob() {}

  /**
   * One row of the result.
   *
   * @param windowEnd end of the window, in milliseconds since the epoch
   * @param path what was requested
   * @param count how often
   */
  public record RankedPath(long windowEnd, String path, long count) {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    SqlPeer sql = SqlPeer.open(args, JOB);
    String rows = sql.config().get(ParsedSource.ROWS);
    if (rows == null) {
      sql.source("requests", Topics.WEB_REQUESTS.name(), "path STRING");
    } else {
      readParsed(sql, rows);
    }
    sql.sink("rankings", RANKINGS.name(), "windowEnd BIGINT, path STRING, `count` BIGINT");
    sql.run(
        TOP_N.formatted(
            HeavyHittersOptions.WINDOW.defaultValue().toMinutes(),
            HeavyHittersOptions.K.defaultValue()));
  }

  private static void readParsed(SqlPeer sql, String file) {
    RowType row =
        RowType.of(
            new LogicalType[] {new BigIntType(), VarCharType.STRING_TYPE},
            new String[] {"at", "path"});
    sql.tables()
        .createTemporaryView(
            "requests",
            ParsedSource.read(
                sql.env(),
                file,
                sql.config().get(KafkaOptions.MAX_OUT_OF_ORDERNESS),
                new RowShape(),
                InternalTypeInfo.of(row)),
            Schema.newBuilder()
                .column("at", "BIGINT")
                .column("path", "STRING")
                .columnByMetadata("event_time", DataTypes.TIMESTAMP_LTZ(3), "rowtime")
                .watermark("event_time", "SOURCE_WATERMARK()")
                .build());
  }

  /** Rows in the form that Flink SQL works on, so that they need no conversion. */
  private record RowShape() implements ParsedSource.Shape<StringData, RowData> {
    @Override
    public StringData path(String path) {
      BinaryStringData text = BinaryStringData.fromString(path);
      text.ensureMaterialized();
      return text;
    }

    @Override
    public RowData row(long at, StringData path) {
      return GenericRowData.of(at, path);
    }
  }
}
