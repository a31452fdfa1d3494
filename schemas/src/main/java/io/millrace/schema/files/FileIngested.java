package io.millrace.schema.files;

import org.jspecify.annotations.Nullable;

/**
 * How far a file is, and what came of its rows: those in are those out and the dead letters.
 * Identity: {@code fileId} and {@code revision}.
 *
 * @param fileId digest of the name, size and contents of the file
 * @param revision 0 when it is begun, 1 when it is at its end
 * @param file name of the file
 * @param size its size in bytes
 * @param sha256 SHA-256 of its bytes, in hexadecimal; empty of a file that may not be read
 * @param modifiedAt when it was last changed, in milliseconds since the epoch
 * @param state how far it is
 * @param rowsIn rows that were read; the rest of a damaged file counts as one
 * @param rowsOut rows that became records
 * @param deadLetters rows that were refused
 * @param startedAt the least time of a record of it, in milliseconds since the epoch; absent where
 *     it has none
 * @param finishedAt the greatest time of a record of it, likewise
 * @param message what is wrong with a damaged file
 */
public record FileIngested(
    String fileId,
    long revision,
    String file,
    long size,
    String sha256,
    long modifiedAt,
    FileState state,
    long rowsIn,
    long rowsOut,
    long deadLetters,
    @Nullable Long startedAt,
    @Nullable Long finishedAt,
    @Nullable String message) {}
