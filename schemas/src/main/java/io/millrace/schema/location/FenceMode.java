package io.millrace.schema.location;

/** On which side of its fence a grant is valid. */
public enum FenceMode {
  /** In the fence, or on it. */
  INSIDE,
  /** Out of it. */
  OUTSIDE
}
