package io.millrace.schema.location;

/** The shape of a fence. */
public enum FenceType {
  /** All that is within a radius of a centre. */
  CIRCLE,
  /** All that rings enclose. */
  POLYGON
}
