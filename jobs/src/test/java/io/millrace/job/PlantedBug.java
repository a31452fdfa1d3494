package io.millrace.job;

/** Bugs that a job's guarantee of exactly once must not survive. */
public enum PlantedBug {
  /** Rows go out as they are flushed, outside of transactions. */
  AT_LEAST_ONCE_SINK("at-least-once sink in an exactly-once place"),
  /** Counts in memory are not handed on before a checkpoint's barrier. */
  FLUSH_SKIPPED("flush skipped before the barrier"),
  /** Two sinks name their transactions alike. */
  SHARED_TRANSACTIONAL_IDS("transactional-id prefix used twice"),
  /** A commit that failed counts as done. */
  COMMIT_ERROR_SWALLOWED("swallowed commit error"),
  /** A row that is written to a store again is a second row there. */
  UPSERT_NOT_IDEMPOTENT("non-idempotent upsert"),
  /** Records that are too late for their windows are in no lane. */
  LATE_DATA_DROPPED("dropped late data");

  private final String text;

  PlantedBug(String text) {
    this.text = text;
  }

  /** The bug in words. */
  public String text() {
    return text;
  }
}
