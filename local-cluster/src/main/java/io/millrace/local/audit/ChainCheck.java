package io.millrace.local.audit;

import io.millrace.schema.payments.AuditRecorded;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Checks chains of hashes from their first link to their last: that none is missing, none is there
 * twice, and each has the hash that what it says and the one before it give. Links may come in any
 * order. It shares no code with the job that made them.
 *
 * <p><b>Space</b>: O(links).
 */
public final class ChainCheck {
  private static final String START = "0".repeat(64);
  private static final int MOST_FAULTS = 20;

  private final Map<String, TreeMap<Long, AuditRecorded>> chains = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private long links;

  /** Takes a link. */
  public void add(AuditRecorded link) {
    links++;
    AuditRecorded before =
        chains.computeIfAbsent(link.chain(), chain -> new TreeMap<>()).put(link.seq(), link);
    if (before != null) {
      fault(link, "is there twice");
    }
  }

  /** How many links there are. */
  public long links() {
    return links;
  }

  /** The last link of each chain, by its number: who keeps their hashes keeps all before them. */
  public List<AuditRecorded> heads() {
    return chains.values().stream().map(chain -> chain.lastEntry().getValue()).toList();
  }

  /** What is wrong, in words, the first {@value #MOST_FAULTS}; nothing where all is whole. */
  public List<String> faults() {
    for (TreeMap<Long, AuditRecorded> chain : chains.values()) {
      long expected = 0;
      String prevHash = START;
      for (AuditRecorded link : chain.values()) {
        if (link.seq() != expected) {
          fault(link, "comes after link " + (expected - 1) + ": what was between them is missing");
        } else if (!link.prevHash().equals(prevHash)) {
          fault(link, "does not follow from the one before it");
        }
        if (!link.hash().equals(hash(link))) {
          fault(link, "does not say what it said: its hash is another one");
        }
        expected = link.seq() + 1;
        prevHash = link.hash();
      }
    }
    return faults;
  }

  private void fault(AuditRecorded link, String what) {
    if (faults.size() < MOST_FAULTS) {
      faults.add("chain " + link.chain() + ", link " + link.seq() + " " + what);
    }
  }

  private static String hash(AuditRecorded link) {
    StringBuilder text = new StringBuilder(link.prevHash());
    text.append('\n').append(link.chain()).append('\n').append(link.seq());
    text.append('\n').append(link.at()).append('\n').append(link.kind());
    text.append('\n').append(link.body());
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] hash = sha256.digest(text.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
