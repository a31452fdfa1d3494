package io.millrace.schema.files;

/** How far a file is. */
public enum FileState {
  /** Its rows are being read. */
  READING,
  /** All of its rows were read. */
  COMPLETE,
  /** Its rows were read up to where it can't be; the rest is one dead letter. */
  DAMAGED
}
