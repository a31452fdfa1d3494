package io.millrace.schema.listening;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import io.millrace.schema.codec.Range;
import io.millrace.schema.codec.Reserved;
import org.jspecify.annotations.Nullable;

/**
 * A listener played a song. Identity: {@code playId}.
 *
 * @param playId id of the play; a repetition of it is the same play
 * @param at when the play began
 * @param songId id of the song
 * @param userId id of the listener
 * @param region where it was played; {@code GLOBAL} is reserved
 * @param durationPlayedMillis how long it was played, in milliseconds; at most a day
 * @param title title of the song, where the player knows it
 * @param artist who it is by, where the player knows it
 */
public record SongPlayed(
    @MaxLength(1024) String playId,
    @EventTime long at,
    @MaxLength(1024) String songId,
    @MaxLength(1024) String userId,
    @MaxLength(256) @Reserved(SongPlayed.GLOBAL) String region,
    @Range(min = 0, max = 86_400_000) long durationPlayedMillis,
    @MaxLength(1024) @Nullable String title,
    @MaxLength(1024) @Nullable String artist) {
  /** What charts call all regions together. */
  public static final String GLOBAL = "GLOBAL";
}
