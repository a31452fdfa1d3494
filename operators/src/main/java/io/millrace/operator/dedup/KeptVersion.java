package io.millrace.operator.dedup;

/**
 * The greatest version of an item that has passed. Its field names are a wire format.
 *
 * @param version the version
 * @param digest of what this version says
 * @param at its event time, or that of an earlier version where that is later; in milliseconds
 */
public record KeptVersion(long version, String digest, long at) {}
