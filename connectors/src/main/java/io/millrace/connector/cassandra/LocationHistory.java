package io.millrace.connector.cassandra;

import io.millrace.connector.cassandra.CassandraTable.Column;
import io.millrace.schema.location.PositionReported;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The history of where users were: the table {@value #TABLE}, a partition for each user and day, in
 * it the latest position first.
 */
public final class LocationHistory {
  /** Name of the table. */
  public static final String TABLE = "location_history";

  private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
  private static final long MICROS_PER_MILLI = 1_000;
  private static final String DOUBLE = "double";

  private LocationHistory() {}

  /**
   * The table in the keyspace that the options name.
   *
   * @throws IllegalArgumentException where that is no name
   */
  public static CassandraTable table(Configuration config) {
    return new CassandraTable(
        CassandraOptions.keyspace(config),
        TABLE,
        List.of(
            new Column("user_id", "text"),
            new Column("day", "timestamp"),
            new Column("at", "timestamp")),
        List.of(
            new Column("latitude", DOUBLE),
            new Column("longitude", DOUBLE),
            new Column("accuracy_meters", DOUBLE),
            new Column("speed", DOUBLE),
            new Column("bearing", DOUBLE),
            new Column("battery_percent", DOUBLE)),
        TABLE + ".cql");
  }

  /** The row of a position, written with its own time. */
  public static SerializableFunction<PositionReported, CassandraRow> rows(CassandraTable table) {
    return report ->
        table.row(
            Math.multiplyExact(report.at(), MICROS_PER_MILLI),
            report.userId(),
            Instant.ofEpochMilli(report.at() - Math.floorMod(report.at(), DAY_MILLIS)),
            Instant.ofEpochMilli(report.at()),
            report.latitude(),
            report.longitude(),
            report.accuracyMeters(),
            report.speed(),
            report.bearing(),
            report.batteryPercent());
  }
}
