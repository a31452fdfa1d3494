package io.millrace.connector.archive;

/**
 * What is in a finished file, as it was read back from where it is kept.
 *
 * @param file its path below the archive
 * @param rows how many rows it has
 * @param bytes how many bytes
 * @param sha256 their SHA-256, in hexadecimal digits
 */
public record ArchivedFile(String file, long rows, long bytes, String sha256) {}
