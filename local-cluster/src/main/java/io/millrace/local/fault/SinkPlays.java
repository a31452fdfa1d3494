package io.millrace.local.fault;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schema.listening.SongPlayed;
import java.util.zip.CRC32C;

/**
 * The rows that sinks are tried and measured with, of which each follows from its number. The jobs
 * that make them have rules of their own for it.
 */
public final class SinkPlays {
  private static final long FIRST_AT = 1_767_225_600_000L;
  private static final String PLAY = "play-";

  private SinkPlays() {}

  /** The row of a number. */
  public static SongPlayed row(long number) {
    return new SongPlayed(
        PLAY + number,
        FIRST_AT + 10 * number,
        "song-" + number % 1_009,
        "listener-" + number % 10_007,
        "region-" + number % 5,
        30_000 + number % 60_013,
        null,
        null);
  }

  /** The number that a row says it has; -1 where it is none of ours. */
  static int number(SongPlayed row) {
    if (!row.playId().startsWith(PLAY)) {
      return -1;
    }
    try {
      return Integer.parseInt(row.playId().substring(PLAY.length()));
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /** The CRC-32C of a row's fields. */
  public static long checksum(SongPlayed row) {
    CRC32C crc = new CRC32C();
    crc.update(
        (row.playId()
                + "|"
                + row.at()
                + "|"
                + row.songId()
                + "|"
                + row.userId()
                + "|"
                + row.region()
                + "|"
                + row.durationPlayedMillis())
            .getBytes(UTF_8));
    return crc.getValue();
  }
}
