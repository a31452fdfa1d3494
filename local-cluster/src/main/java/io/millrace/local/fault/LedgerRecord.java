package io.millrace.local.fault;

import org.jspecify.annotations.Nullable;

/** A record that is fed to a job and whose fate is followed. */
public final class LedgerRecord {
  private final RecordId id;
  private final long at;
  private final String key;
  private final byte[] value;
  private final @Nullable Record event;

  /**
   * A record.
   *
   * @param id which one it is; its mark must be in {@code value}
   * @param at its event time, in milliseconds since the epoch
   * @param key its Kafka key
   * @param value what is sent; not copied
   * @param event what {@code value} states; null where the job must refuse it
   */
  public LedgerRecord(RecordId id, long at, String key, byte[] value, @Nullable Record event) {
    this.id = id;
    this.at = at;
    this.key = key;
    this.value = value;
    this.event = event;
  }

  /** Which one it is. */
  public RecordId id() {
    return id;
  }

  /** Its event time, in milliseconds since the epoch. */
  public long at() {
    return at;
  }

  /** Its Kafka key. */
  public String key() {
    return key;
  }

  /** What is sent; not a copy. */
  public byte[] value() {
    return value;
  }

  /** What the value states; null where the job must refuse it. */
  public @Nullable Record event() {
    return event;
  }
}
