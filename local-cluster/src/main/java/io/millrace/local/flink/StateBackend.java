package io.millrace.local.flink;

/** Where a job keeps its state. */
public enum StateBackend {
  /** On disk, with incremental checkpoints. */
  ROCKSDB("rocksdb"),
  /** On the heap. */
  HASHMAP("hashmap");

  private final String code;

  StateBackend(String code) {
    this.code = code;
  }

  /** The name by which Flink's configuration and the command line know it. */
  public String code() {
    return code;
  }

  @Override
  public String toString() {
    return code;
  }
}
