package io.millrace.schema.location;

/** What happened at a fence. */
public enum FenceMoment {
  /** Someone came in. */
  ENTER,
  /** Someone went out. */
  EXIT,
  /** Someone has been in for the time that the place asks for. */
  DWELL
}
