package io.millrace.local.fault;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Compares what is in an input topic with the ledger, so that a fault on the way in is not taken
 * for one of the job.
 *
 * <p><b>Space</b>: 1 bit a record.
 */
public final class InputAudit {
  private static final int NAMED = 5;

  private final Ledger ledger;
  private final List<BitSet> seen = new ArrayList<>();
  private final List<String> named = new ArrayList<>();
  private long records;
  private long faults;

  /** Compares with {@code ledger}, which must be complete. */
  public InputAudit(Ledger ledger) {
    this.ledger = ledger;
    for (int producer = 0; producer < ledger.producers(); producer++) {
      seen.add(new BitSet());
    }
  }

  /**
   * Looks at one record of the topic.
   *
   * @return its id; empty where it is not of the ledger
   */
  public Optional<RecordId> see(byte[] value) {
    records++;
    Optional<RecordId> found = RecordId.find(value).filter(ledger::has);
    if (found.isEmpty()) {
      fault("a record is in the topic that was never acknowledged");
      return found;
    }
    RecordId id = found.get();
    if (!ledger.has(id, value)) {
      fault("record " + id + " is in the topic with another value");
    } else if (seen.get(id.producer()).get(id.sequence())) {
      fault("record " + id + " is in the topic twice");
    }
    seen.get(id.producer()).set(id.sequence());
    return found;
  }

  /** How many records were looked at. */
  public long records() {
    return records;
  }

  /** Notes what is missing; called once, when the whole topic was looked at. */
  public void finish() {
    for (int producer = 0; producer < ledger.producers(); producer++) {
      long missing = ledger.count(producer) - seen.get(producer).cardinality();
      if (missing > 0) {
        int first = firstMissing(producer);
        fault(
            missing
                + " acknowledged records are not in the topic, the first "
                + new RecordId(producer, first));
      }
    }
  }

  /** Whether topic and ledger are the same. */
  public boolean isClean() {
    return faults == 0;
  }

  /** The first differences, in words. */
  public List<String> named() {
    return List.copyOf(named);
  }

  private int firstMissing(int producer) {
    int sequence = 0;
    while (!ledger.has(new RecordId(producer, sequence)) || seen.get(producer).get(sequence)) {
      sequence++;
    }
    return sequence;
  }

  private void fault(String words) {
    faults++;
    if (named.size() < NAMED) {
      named.add(words);
    }
  }
}
