package io.millrace.job.bench;

import io.millrace.schema.listening.SongPlayed;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * The rows that sinks are tried with, of which each follows from its number, and what was found of
 * them in a store.
 */
final class SinkRows {
  private static final long START = 1_767_225_600_000L;
  private static final long APART_MILLIS = 10;
  private static final String PLAY = "play-";

  private final int rows;
  private final BitSet found = new BitSet();
  private long extra;
  private long checksum;

  /** Of so many rows, from number 0. */
  SinkRows(int rows) {
    this.rows = rows;
  }

  /**
   * A stream of them, each from its number.
   *
   * @param perSecond at most so many a second; 0 for no limit
   */
  static SingleOutputStreamOperator<SongPlayed> made(
      StreamExecutionEnvironment env, int rows, int perSecond) {
    return RowNumbers.made(env, rows, perSecond)
        .map(SinkRows::row)
        .returns(SongPlayed.class)
        .uid("rows");
  }

  /** The row of a number. */
  static SongPlayed row(long number) {
    return new SongPlayed(
        playId(number),
        START + APART_MILLIS * number,
        "song-" + number % 1_009,
        "listener-" + number % 10_007,
        "region-" + number % 5,
        30_000 + number % 60_013,
        null,
        null);
  }

  static String playId(long number) {
    return PLAY + number;
  }

  /**
   * A row was found; one that is none of ours, is not as it was written or came before is extra.
   */
  void found(SongPlayed row) {
    int number = number(row.playId());
    if (number < 0 || found.get(number) || !row.equals(row(number))) {
      extra++;
      return;
    }
    found.set(number);
    checksum += checksum(row);
  }

  /** So many things were found that are no rows. */
  void foundOthers(long things) {
    extra += things;
  }

  /** How many rows are as they were written. */
  int right() {
    return found.cardinality();
  }

  /** How many rows are not there, or not as they were written. */
  int missing() {
    return rows - right();
  }

  /** What else is there. */
  long extra() {
    return extra;
  }

  /** Sum of the checksums of the right rows, modulo 2^64: CRC-32C of all fields of each. */
  long checksum() {
    return checksum;
  }

  private static long checksum(SongPlayed row) {
    CRC32C crc = new CRC32C();
    String text =
        String.join(
            "|",
            row.playId(),
            String.valueOf(row.at()),
            row.songId(),
            row.userId(),
            row.region(),
            String.valueOf(row.durationPlayedMillis()));
    crc.update(text.getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }

  private int number(@Nullable String playId) {
    if (playId == null || !playId.startsWith(PLAY)) {
      return -1;
    }
    try {
      int number = Integer.parseInt(playId.substring(PLAY.length()));
      return number < rows ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
