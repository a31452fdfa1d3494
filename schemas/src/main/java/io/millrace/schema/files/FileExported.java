package io.millrace.schema.files;

/**
 * A file that the rows of a window were written to. Identity: {@code file}.
 *
 * @param file its name, which says topic and window
 * @param topic the topic that its rows are of
 * @param windowStart start of the window, in milliseconds since the epoch
 * @param windowEnd its end, exclusive, likewise
 * @param rows how many rows it has
 * @param bytes how many bytes, as it is there
 * @param sha256 SHA-256 of these, in hexadecimal
 */
public record FileExported(
    String file,
    String topic,
    long windowStart,
    long windowEnd,
    long rows,
    long bytes,
    String sha256) {}
