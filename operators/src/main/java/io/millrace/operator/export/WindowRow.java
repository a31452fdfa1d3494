package io.millrace.operator.export;

/**
 * A row on its way into the file of its window.
 *
 * @param stream the stream that it is of
 * @param at its event time, in milliseconds since the epoch
 * @param partition the part of its stream that it came by; not negative
 * @param offset its number there; not negative. Stream, partition and offset are of one row alone
 * @param value what is written
 */
@SuppressWarnings("ArrayRecordComponent") // Rows are never compared.
public record WindowRow(String stream, long at, int partition, long offset, byte[] value) {}
