package io.millrace.operator.writeback;

/**
 * Mistakes that a write-back state can have, each of which must be found: results or values differ
 * from those of plain state, or Flink refuses a value of another task's key.
 */
enum Planted {
  /** Values that have changed stay in memory when a checkpoint is taken. */
  NO_FLUSH_ON_BARRIER("no flush on barrier"),
  /** A value is stored under the key of the record that comes, not under its own. */
  STORED_UNDER_WRONG_KEY("flush without key context"),
  /** What was in memory before a restart is there after it. */
  CACHE_KEPT_AFTER_RESTORE("stale cache after restore"),
  /** The same where the tasks become more, and keys go elsewhere. */
  CACHE_KEPT_AFTER_KEY_GROUP_LOSS("cache not cleared on key-group loss"),
  /** Which keys there are is not read again; every restart here changes the parallelism too. */
  FILTER_LOST_ON_RESTORE("\"never seen\" filter lost on restore or rescale"),
  /** A value that was only read is stored when it leaves. */
  CLEAN_STORED_AS_DIRTY("evict-clean-as-dirty"),
  /** A timer reads what is stored, while a newer value is in memory. */
  TIMER_SEES_STORED_VALUE("timer sees uncached value");

  private final String text;

  Planted(String text) {
    this.text = text;
  }

  /** The mistake in words. */
  String text() {
    return text;
  }
}
