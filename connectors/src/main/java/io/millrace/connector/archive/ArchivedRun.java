package io.millrace.connector.archive;

/**
 * What is in an archive after a run that came to its end.
 *
 * @param files how many finished files it has
 * @param rows how many rows they have
 * @param bytes how many bytes
 */
public record ArchivedRun(long files, long rows, long bytes) {}
