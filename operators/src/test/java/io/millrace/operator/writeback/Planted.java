package io.millrace.operator.writeback;

/**
 * Mistakes that a write-back state can have, each of which must be found: results or values differ
 * from those of plain state, or Flink refuses a value of another task's key.
 */
enum Planted {
  NO_FLUSH_ON_BARRIER,
  STORED_UNDER_WRONG_KEY,
  CACHE_KEPT_AFTER_RESTORE,
  CACHE_KEPT_AFTER_KEY_GROUP_LOSS,
  FILTER_LOST_ON_RESTORE,
  CLEAN_STORED_AS_DIRTY,
  TIMER_SEES_STORED_VALUE
}
