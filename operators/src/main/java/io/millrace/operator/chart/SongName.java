package io.millrace.operator.chart;

import org.jspecify.annotations.Nullable;

/**
 * What a song is called, from a time on.
 *
 * @param songId id of the song
 * @param at from when on, in milliseconds since the epoch
 * @param title its title, if there is one
 * @param artist its artist, if there is one
 * @param fromPlay whether a play said so, which counts where no catalogue does
 */
public record SongName(
    String songId, long at, @Nullable String title, @Nullable String artist, boolean fromPlay) {}
