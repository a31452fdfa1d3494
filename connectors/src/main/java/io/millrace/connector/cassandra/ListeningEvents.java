package io.millrace.connector.cassandra;

import io.millrace.connector.cassandra.CassandraTable.Column;
import io.millrace.schema.listening.SongPlayed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.function.SerializableFunction;

/**
 * The history of what was played where: the table {@value #TABLE}, a partition for each region and
 * bucket of time, in it the latest play first.
 */
public final class ListeningEvents {
  /** Name of the table. */
  public static final String TABLE = "listening_events";

  /** How much time a partition has, where a region's plays of it fit. */
  public static final Duration HOUR = Duration.ofHours(1);

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final long MICROS_PER_MILLI = 1_000;

  private ListeningEvents() {}

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
            new Column("region", "text"),
            new Column("bucket", "timestamp"),
            new Column("at", "timestamp"),
            new Column("play_id", "text")),
        List.of(
            new Column("song_id", "text"),
            new Column("user_id", "text"),
            new Column("duration_played_millis", "bigint"),
            new Column("title", "text"),
            new Column("artist", "text")),
        TABLE + ".cql");
  }

  /**
   * The row of a play, written with its own time.
   *
   * @param bucket how much time a partition has: from a minute to a day, and a part of a day.
   *     Readers need it, and it must not change while there are rows.
   * @throws IllegalArgumentException where it is not
   */
  public static SerializableFunction<SongPlayed, CassandraRow> rows(
      CassandraTable table, Duration bucket) {
    long bucketMillis = bucket.toMillis();
    if (bucketMillis < MINUTE.toMillis() || DAY.toMillis() % bucketMillis != 0) {
      throw new IllegalArgumentException(
          "a bucket is a part of a day, and not less than a minute: " + bucket);
    }
    return play -> row(table, bucketMillis, play);
  }

  private static CassandraRow row(CassandraTable table, long bucketMillis, SongPlayed play) {
    long bucket = play.at() - Math.floorMod(play.at(), bucketMillis);
    return table.row(
        Math.multiplyExact(play.at(), MICROS_PER_MILLI),
        play.region(),
        Instant.ofEpochMilli(bucket),
        Instant.ofEpochMilli(play.at()),
        play.playId(),
        play.songId(),
        play.userId(),
        play.durationPlayedMillis(),
        play.title(),
        play.artist());
  }
}
