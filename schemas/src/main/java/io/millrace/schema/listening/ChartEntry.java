package io.millrace.schema.listening;

import org.jspecify.annotations.Nullable;

/**
 * A song in a chart.
 *
 * @param rank position from 1
 * @param songId id of the song
 * @param title its title, as the catalogue had it before the window's end, else as plays had it
 * @param artist who it is by, likewise
 * @param plays how often it was played in the window
 * @param score what it is ranked by: the plays; their weight; or how far they are from the baseline
 * @param baseline how often it was played on average in each of the 24 windows before
 * @param previousRank its rank in the chart of the latest earlier window of the same region; absent
 *     where it had none
 * @param change what became of it since: new, up (a smaller rank than before), down or same
 * @param distinctListeners how many people played it in the window
 * @param approximate whether {@code distinctListeners} is an estimate, as it is beyond 1,000
 */
public record ChartEntry(
    int rank,
    String songId,
    @Nullable String title,
    @Nullable String artist,
    long plays,
    double score,
    double baseline,
    @Nullable Integer previousRank,
    String change,
    long distinctListeners,
    boolean approximate) {}
