package io.millrace.local.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What Kafka acknowledged of what was fed: the truth that a job's output is held against. Safe for
 * use by several threads.
 *
 * <p><b>Space</b>: 4 bytes a record.
 */
public final class Ledger {
  private static final int CHUNK = 1 << 16;

  private final List<Account> accounts = new ArrayList<>();

  /** The acknowledged records of one producer: the hash of each by its sequence, 0 for none. */
  private static final class Account {
    private final List<int[]> hashes = new ArrayList<>();
    private long count;

    synchronized boolean add(int sequence, int hash) {
      while (hashes.size() <= sequence / CHUNK) {
        hashes.add(new int[CHUNK]);
      }
      int[] chunk = hashes.get(sequence / CHUNK);
      boolean isNew = chunk[sequence % CHUNK] == 0;
      chunk[sequence % CHUNK] = hash;
      count += isNew ? 1 : 0;
      return isNew;
    }

    synchronized int hash(int sequence) {
      return sequence / CHUNK < hashes.size() ? hashes.get(sequence / CHUNK)[sequence % CHUNK] : 0;
    }

    synchronized long count() {
      return count;
    }
  }

  /** A ledger for producers from 0 to {@code producers - 1}. */
  public Ledger(int producers) {
    for (int producer = 0; producer < producers; producer++) {
      accounts.add(new Account());
    }
  }

  /**
   * Enters a record that Kafka has.
   *
   * @throws IllegalStateException where it has been entered before
   */
  public void acknowledge(RecordId id, byte[] value) {
    if (!accounts.get(id.producer()).add(id.sequence(), hash(value))) {
      throw new IllegalStateException("record " + id + " was acknowledged twice");
    }
  }

  /** Number of producers. */
  public int producers() {
    return accounts.size();
  }

  /** How many records Kafka has. */
  public long count() {
    return accounts.stream().mapToLong(Account::count).sum();
  }

  /** How many records of one producer Kafka has. */
  public long count(int producer) {
    return accounts.get(producer).count();
  }

  /** Whether a record of this id was acknowledged. */
  public boolean has(RecordId id) {
    return id.producer() < accounts.size()
        && id.sequence() >= 0
        && accounts.get(id.producer()).hash(id.sequence()) != 0;
  }

  /** Whether a record of this id was acknowledged with this very value. */
  public boolean has(RecordId id, byte[] value) {
    return has(id) && accounts.get(id.producer()).hash(id.sequence()) == hash(value);
  }

  /** CRC-32C with the one value that means "none" mapped away. */
  private static int hash(byte[] value) {
    CRC32C checksum = new CRC32C();
    checksum.update(value);
    int hash = (int) checksum.getValue();
    return hash == 0 ? 1 : hash;
  }
}
