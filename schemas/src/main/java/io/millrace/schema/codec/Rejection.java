package io.millrace.schema.codec;

/**
 * Why a record's bytes are not a value of its topic. {@link #code()} is the {@code reason} of a
 * dead letter and part of the wire format: add codes, never rename them.
 */
public enum Rejection {
  EMPTY("empty"),
  NOT_UTF8("not-utf8"),
  NOT_JSON("not-json"),
  TRUNCATED("truncated"),
  TRAILING_CONTENT("trailing-content"),
  NOT_AN_OBJECT("not-an-object"),
  TOO_DEEP("too-deep"),
  DUPLICATE_FIELD("duplicate-field"),
  INVALID_LINE("invalid-line"),
  UNKNOWN_SOURCE("unknown-source"),
  NOT_AVRO("not-avro"),
  UNKNOWN_SCHEMA("unknown-schema"),
  TOO_SLOW("too-slow"),
  INVALID_FILTER("invalid-filter"),
  MISSING_FIELD("missing-field"),
  WRONG_TYPE("wrong-type"),
  OUT_OF_RANGE("out-of-range"),
  TOO_LONG("too-long"),
  RESERVED("reserved"),
  CONFLICTING_VERSION("conflicting-version"),
  INVALID_UNICODE("invalid-unicode"),
  INVALID_TIME("invalid-time"),
  TOO_OLD("too-old"),
  TOO_FAR_AHEAD("too-far-ahead"),
  IMPOSSIBLE_SPEED("impossible-speed"),
  DAMAGED_FILE("damaged-file"),
  TOO_LARGE("too-large"),
  REFUSED_BY_STORE("refused-by-store");

  private final String code;

  Rejection(String code) {
    this.code = code;
  }

  /** The reason as dead letters carry it, in kebab-case. */
  public String code() {
    return code;
  }
}
