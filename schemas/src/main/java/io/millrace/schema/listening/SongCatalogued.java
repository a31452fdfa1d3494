package io.millrace.schema.listening;

import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.MaxLength;
import org.jspecify.annotations.Nullable;

/**
 * What the catalogue says of a song from a time on.
 *
 * @param songId id of the song
 * @param at from when on
 * @param title its title
 * @param artist who it is by
 * @param genre its genre
 */
public record SongCatalogued(
    @MaxLength(1024) String songId,
    @EventTime long at,
    @MaxLength(1024) @Nullable String title,
    @MaxLength(1024) @Nullable String artist,
    @MaxLength(1024) @Nullable String genre) {}
