package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts by the ids of their requests, for as long as repetitions of these may come.
 *
 * <p><b>Space</b>: 32 to 64 bytes a verdict, and its form of about 20. <b>Time</b>: O(1) amortised.
 * <b>Error</b>: ids are compared by 64 bits of a hash; among 10 million ids, one new request in
 * 10^12 is taken for a repetition.
 */
final class VerdictMemory {
  private static final int FEWEST_SLOTS = 16;
  private static final int EXPECTED_BYTES = 32;

  /** Verdicts are forgotten in so many parts of the horizon. */
  private static final int PARTS = 16;

  private static final int ALLOWED = 1;
  private static final int HAS_RULE = 2;
  private static final int HAS_RESET = 4;
  private static final int HAS_RETRY = 8;

  private final long horizonMillis;
  private final long paneMillis;

  /** An open-addressing table with linear probing; a hash of 0 is a free slot. */
  private long[] hashes = new long[FEWEST_SLOTS];

  private byte[][] forms = new byte[FEWEST_SLOTS][];
  private int size;
  private int old;

  /** How many verdicts there are of each pane. */
  private final NavigableMap<Long, Integer> panes = new TreeMap<>();

  private long keptFrom = Long.MIN_VALUE;

  VerdictMemory(long horizonMillis) {
    this.horizonMillis = horizonMillis;
    this.paneMillis = Math.max(1, horizonMillis / PARTS);
  }

  /** The start of the pane that a verdict is forgotten with. */
  long paneStart(long at) {
    return Math.floorDiv(at, paneMillis) * paneMillis;
  }

  /** The verdict about a request, if it was near in time; null where there is none. */
  @Nullable Verdict find(long idHash, String requestId, long at) {
    long hash = idHash == 0 ? 1 : idHash;
    int mask = hashes.length - 1;
    for (int i = slot(hash, mask); hashes[i] != 0; i = (i + 1) & mask) {
      if (hashes[i] == hash) {
        long then = new FormReader(forms[i], "a verdict").fixedLong();
        if (then >= keptFrom && Math.abs(at - then) < horizonMillis) {
          return read(requestId, forms[i]);
        }
      }
    }
    return null;
  }

  /** Keeps a verdict, by what {@link #form} gave. */
  void add(long idHash, long at, byte[] form) {
    long hash = idHash == 0 ? 1 : idHash;
    if (3 * (size + 1) > 2 * hashes.length) {
      rebuild();
    }
    put(hash, form);
    panes.merge(paneStart(at), 1, Integer::sum);
  }

  private void put(long hash, byte[] form) {
    int mask = hashes.length - 1;
    int i = slot(hash, mask);
    while (hashes[i] != 0) {
      i = (i + 1) & mask;
    }
    hashes[i] = hash;
    forms[i] = form;
    size++;
  }

  /**
   * Forgets the verdicts of times before one.
   *
   * @return the panes that were forgotten
   */
  List<Long> forget(long before) {
    List<Long> forgotten = new ArrayList<>(0);
    while (!panes.isEmpty() && panes.firstKey() + paneMillis <= before) {
      Map.Entry<Long, Integer> pane = panes.pollFirstEntry();
      forgotten.add(pane.getKey());
      keptFrom = pane.getKey() + paneMillis;
      old += pane.getValue();
    }
    if (2 * old > size) {
      rebuild();
    }
    return forgotten;
  }

  boolean isEmpty() {
    return panes.isEmpty();
  }

  private void rebuild() {
    long[] formerHashes = hashes;
    byte[][] formerForms = forms;
    int length = FEWEST_SLOTS;
    while (length < 2 * (size - old + 1)) {
      length *= 2;
    }
    hashes = new long[length];
    forms = new byte[length][];
    size = 0;
    old = 0;
    for (int i = 0; i < formerHashes.length; i++) {
      if (formerHashes[i] != 0
          && new FormReader(formerForms[i], "a verdict").fixedLong() >= keptFrom) {
        put(formerHashes[i], formerForms[i]);
      }
    }
  }

  /** The lowest bits say which group it is, so others are taken. */
  private static int slot(long hash, int mask) {
    return (int) (hash >>> Integer.SIZE) & mask;
  }

  /** The binary form of a verdict, without the request's id. */
  static byte[] form(Verdict verdict) {
    FormWriter out = new FormWriter(EXPECTED_BYTES);
    out.fixedLong(verdict.at());
    Long limit = verdict.limit();
    Long remaining = verdict.remaining();
    Long resetAt = verdict.resetAt();
    Long retry = verdict.retryAfterMillis();
    out.raw(
        (verdict.allowed() ? ALLOWED : 0)
            | (limit != null ? HAS_RULE : 0)
            | (resetAt != null ? HAS_RESET : 0)
            | (retry != null ? HAS_RETRY : 0));
    if (limit != null && remaining != null) {
      out.number(limit);
      out.number(remaining);
    }
    if (resetAt != null) {
      out.fixedLong(resetAt);
    }
    if (retry != null) {
      out.number(retry);
    }
    out.number(verdict.delayMillis());
    LeaseForms.writeText(out, verdict.limitedBy());
    out.number(verdict.shadow().size());
    verdict.shadow().forEach(ruleId -> LeaseForms.writeText(out, ruleId));
    return out.toBytes();
  }

  private static Verdict read(String requestId, byte[] form) {
    FormReader in = new FormReader(form, "a verdict");
    long at = in.fixedLong();
    int flags = in.raw();
    Long limit = (flags & HAS_RULE) == 0 ? null : in.number();
    Long remaining = (flags & HAS_RULE) == 0 ? null : in.number();
    Long resetAt = (flags & HAS_RESET) == 0 ? null : in.fixedLong();
    Long retry = (flags & HAS_RETRY) == 0 ? null : in.number();
    long delay = in.number();
    String limitedBy = LeaseForms.readText(in);
    String[] shadow = new String[in.count(1)];
    for (int i = 0; i < shadow.length; i++) {
      shadow[i] = LeaseForms.requireText(in);
    }
    return new Verdict(
        requestId,
        at,
        (flags & ALLOWED) != 0,
        limitedBy,
        limit,
        remaining,
        resetAt,
        retry,
        delay,
        Arrays.asList(shadow));
  }
}
