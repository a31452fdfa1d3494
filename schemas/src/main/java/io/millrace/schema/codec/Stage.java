package io.millrace.schema.codec;

import java.util.Locale;

/** Where on its way a record was refused; the {@code stage} of a dead letter. */
public enum Stage {
  /** The bytes are not one JSON object in UTF-8. */
  DECODE,
  /** A JSON object, but a field is missing, of the wrong type or out of its range. */
  VALIDATE,
  /** A valid value whose event time the job does not accept. */
  TIME,
  /** A result that its store refuses for good. */
  SINK;

  /** The stage as dead letters carry it, in lower case. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }
}
