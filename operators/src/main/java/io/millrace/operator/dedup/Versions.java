package io.millrace.operator.dedup;

import java.io.Serializable;

/** Tells an item, its version and what that says. */
public interface Versions<T> extends Serializable {
  /** The item that this is a version of. */
  String id(T version);

  /** Which version it is; the greatest counts. */
  long number(T version);

  /** The same for two that say the same, in every process; else another one. */
  String digest(T version);
}
