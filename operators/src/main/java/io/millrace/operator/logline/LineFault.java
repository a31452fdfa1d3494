package io.millrace.operator.logline;

/** Why a line can't be taken. */
public enum LineFault {
  /** It has no bytes. */
  EMPTY,
  /** Its bytes are not UTF-8. */
  NOT_UTF8,
  /** It is not of the form that its source has. */
  INVALID_LINE,
  /** It has no field that its source says it has. */
  MISSING_FIELD,
  /** It has two fields of one name. */
  DUPLICATE_FIELD,
  /** It has half of a character. */
  INVALID_UNICODE,
  /** Its time is none. */
  INVALID_TIME,
  /** Its time is before the earliest that is accepted. */
  TOO_OLD,
  /** Its time is further beyond the clock than is accepted. */
  TOO_FAR_AHEAD,
  /** It is nested too deep. */
  TOO_DEEP,
  /** It, or the record that it belongs to, is too large. */
  TOO_LARGE,
  /** A regular expression took too many steps on it. */
  TOO_SLOW,
  /** It has the mark of Avro, but is no value of its schema. */
  NOT_AVRO,
  /** It was written by a schema that is not known. */
  UNKNOWN_SCHEMA,
  /** Nobody has said how its source is read. */
  UNKNOWN_SOURCE
}
