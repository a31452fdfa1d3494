package io.millrace.schema.files;

import java.util.Map;

/**
 * What a row of a file says. Identity: {@code recordId}.
 *
 * @param recordId the file's id and the row's number
 * @param fileId digest of the name, size and contents of the file
 * @param file name of the file
 * @param row number of the row in the file, from 1
 * @param at time of the row, or that of the file where rows have none, in milliseconds since the
 *     epoch
 * @param fields names and texts
 */
public record FileRecorded(
    String recordId, String fileId, String file, long row, long at, Map<String, String> fields) {}
