package io.millrace.connector.files;

import io.millrace.schema.codec.Rejection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that is known of a file: that it is being read, one of its rows, or its end.
 *
 * @param kind what
 * @param file the file
 * @param row number of the row, from 1; of the others the rows read so far
 * @param at time of the row, in milliseconds since the epoch; of the others that of the file
 * @param fields fields of a row; else empty
 * @param rejection why a row is refused, or the rest of the file; else null
 * @param message the same for people; else empty
 * @param raw the bytes of a refused row, or its first ones; else null
 * @param tally what came of the file up to here, this included
 */
@SuppressWarnings("ArrayRecordComponent") // It is never compared.
public record FileEvent(
    Kind kind,
    IngestedFile file,
    long row,
    long at,
    Map<String, String> fields,
    @Nullable Rejection rejection,
    String message,
    byte @Nullable [] raw,
    FileTally tally) {

  /** The kinds of events of a file, in the order in which they come. */
  public enum Kind {
    /** Its first row is about to be read. */
    STARTED,
    /** A row with fields. */
    ROW,
    /** A row that is refused, or the rest of the file as one. */
    REFUSED,
    /** How far it is, every few thousand rows. */
    PROGRESS,
    /** It was read to its end. */
    COMPLETED,
    /** It was read up to where it can't be; the rest is refused. */
    DAMAGED
  }
}
