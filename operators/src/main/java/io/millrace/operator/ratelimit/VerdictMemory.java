package io.millrace.operator.ratelimit;

import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import io.millrace.operator.state.PaneLists;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts of one group of keys by the ids of their requests, for as long as repetitions of these
 * may come. They are bytes in chunks, a few for each pane, a sixteenth of the horizon: as objects,
 * all of which live as long as the horizon is, each collection would have to look at them.
 *
 * <p><b>Space</b>: 24 to 48 bytes a verdict, and its form of about 30; with each pane up to {@value
 * #MOST_CHUNK_BYTES} that are not used yet. <b>Time</b>: O(1) amortised. <b>Error</b>: ids are
 * compared by 64 bits of a hash; among 10 million ids, one new request in 10^12 is taken for a
 * repetition.
 */
final class VerdictMemory {
  private static final int FEWEST_SLOTS = 16;
  private static final int EXPECTED_BYTES = 64;
  private static final int FIRST_CHUNK_BYTES = 1 << 8;
  private static final int MOST_CHUNK_BYTES = 1 << 14;

  /** Verdicts are forgotten in so many parts of the horizon. */
  private static final int PARTS = 16;

  private static final int ALLOWED = 1;
  private static final int HAS_RULE = 2;
  private static final int HAS_RESET = 4;
  private static final int HAS_RETRY = 8;

  private final long horizonMillis;
  private final long paneMillis;
  private final FormWriter form = new FormWriter(EXPECTED_BYTES);
  private final FormWriter entry = new FormWriter(EXPECTED_BYTES);

  /**
   * An open-addressing table with linear probing: each slot is the hash of an id and the address of
   * the verdict, so that both are in one line of the processor's cache. A hash of 0 is a free slot.
   * An address is the number of a chunk, and in the lower half a position in it.
   */
  private long[] slots = new long[2 * FEWEST_SLOTS];

  private int size;
  private int old;

  private final NavigableMap<Long, Pane> panes = new TreeMap<>();

  /** By their numbers. */
  private List<Chunk> chunks = new ArrayList<>();

  private long keptFrom = Long.MIN_VALUE;

  /** The verdicts of a span of time. */
  private static final class Pane {
    private final List<Chunk> chunks = new ArrayList<>(1);
    private int verdicts;
    private int savedChunks;
  }

  /** Verdicts, each of which is the 8 bytes of a hash, a length, and the verdict's form. */
  private static final class Chunk {
    private final byte[] bytes;
    private int number;
    private int length;
    private int savedTo;
    private boolean isForgotten;

    private Chunk(int capacity, int number) {
      this.bytes = new byte[capacity];
      this.number = number;
    }
  }

  VerdictMemory(long horizonMillis) {
    this.horizonMillis = horizonMillis;
    this.paneMillis = Math.max(1, horizonMillis / PARTS);
  }

  private long paneStart(long at) {
    return Math.floorDiv(at, paneMillis) * paneMillis;
  }

  /** The verdict about a request, if it was near in time; null where there is none. */
  @Nullable Verdict find(long idHash, String requestId, long at) {
    long hash = idHash == 0 ? 1 : idHash;
    int mask = slots.length / 2 - 1;
    for (int i = slot(hash, mask); slots[2 * i] != 0; i = (i + 1) & mask) {
      if (slots[2 * i] == hash) {
        long address = slots[2 * i + 1];
        Chunk chunk = chunks.get((int) (address >>> Integer.SIZE));
        if (!chunk.isForgotten) {
          FormReader in = formAt(chunk, (int) address);
          int start = in.position();
          long then = in.fixedLong();
          if (then >= keptFrom && Math.abs(at - then) < horizonMillis) {
            in.moveTo(start);
            return read(requestId, in);
          }
        }
      }
    }
    return null;
  }

  private static FormReader formAt(Chunk chunk, int position) {
    FormReader in = new FormReader(chunk.bytes, "a verdict");
    in.moveTo(position + Long.BYTES);
    in.count(1);
    return in;
  }

  /** Keeps a verdict. */
  void add(long idHash, Verdict verdict) {
    form.clear();
    writeForm(verdict, form);
    entry.clear();
    entry.fixedLong(idHash);
    entry.item(form.sharedBytes(), 0, form.length());
    add(idHash, pane(verdict.at()), entry.sharedBytes(), 0, entry.length());
  }

  private Pane pane(long at) {
    return panes.computeIfAbsent(paneStart(at), unused -> new Pane());
  }

  private Chunk add(long idHash, Pane pane, byte[] bytes, int start, int length) {
    if (3 * (size + 1) > slots.length) {
      rebuild();
    }
    Chunk chunk = chunkFor(pane, length);
    System.arraycopy(bytes, start, chunk.bytes, chunk.length, length);
    put(idHash == 0 ? 1 : idHash, (long) chunk.number << Integer.SIZE | chunk.length);
    chunk.length += length;
    pane.verdicts++;
    return chunk;
  }

  private Chunk chunkFor(Pane pane, int length) {
    int last = pane.chunks.size() - 1;
    if (last >= 0) {
      Chunk chunk = pane.chunks.get(last);
      if (chunk.bytes.length - chunk.length >= length) {
        return chunk;
      }
    }
    int doubled =
        last < 0
            ? FIRST_CHUNK_BYTES
            : Math.min(MOST_CHUNK_BYTES, 2 * pane.chunks.get(last).bytes.length);
    Chunk chunk = new Chunk(Math.max(doubled, length), chunks.size());
    chunks.add(chunk);
    pane.chunks.add(chunk);
    return chunk;
  }

  private void put(long hash, long address) {
    int mask = slots.length / 2 - 1;
    int i = slot(hash, mask);
    while (slots[2 * i] != 0) {
      i = (i + 1) & mask;
    }
    slots[2 * i] = hash;
    slots[2 * i + 1] = address;
    size++;
  }

  /**
   * Forgets the verdicts of times before one.
   *
   * @return the panes that were forgotten
   */
  List<Long> forget(long before) {
    if (panes.isEmpty() || panes.firstKey() + paneMillis > before) {
      return List.of();
    }
    List<Long> forgotten = new ArrayList<>();
    while (!panes.isEmpty() && panes.firstKey() + paneMillis <= before) {
      Map.Entry<Long, Pane> pane = panes.pollFirstEntry();
      forgotten.add(pane.getKey());
      keptFrom = pane.getKey() + paneMillis;
      old += pane.getValue().verdicts;
      pane.getValue().chunks.forEach(chunk -> chunk.isForgotten = true);
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
    long[] former = slots;
    List<Chunk> formerChunks = chunks;
    chunks = new ArrayList<>(formerChunks.size());
    for (Chunk chunk : formerChunks) {
      if (!chunk.isForgotten) {
        chunk.number = chunks.size();
        chunks.add(chunk);
      }
    }
    int length = FEWEST_SLOTS;
    while (length < 2 * (size - old + 1)) {
      length *= 2;
    }
    slots = new long[2 * length];
    size = 0;
    old = 0;
    for (int i = 0; i < former.length; i += 2) {
      if (former[i] != 0) {
        Chunk chunk = formerChunks.get((int) (former[i + 1] >>> Integer.SIZE));
        if (!chunk.isForgotten) {
          put(former[i], (long) chunk.number << Integer.SIZE | (int) former[i + 1]);
        }
      }
    }
  }

  /** The lowest bits say which group it is, so others are taken. */
  private static int slot(long hash, int mask) {
    return (int) (hash >>> Integer.SIZE) & mask;
  }

  /** Has all in the lists that go to state, as those of a group. */
  void save(PaneLists lists, int group) {
    for (Map.Entry<Long, Pane> each : panes.entrySet()) {
      Pane pane = each.getValue();
      for (int i = pane.savedChunks; i < pane.chunks.size(); i++) {
        Chunk chunk = pane.chunks.get(i);
        if (chunk.savedTo < chunk.length) {
          lists
              .to(group, each.getKey())
              .raw(chunk.bytes, chunk.savedTo, chunk.length - chunk.savedTo);
          chunk.savedTo = chunk.length;
        }
      }
      // More may be put into the last one.
      pane.savedChunks = Math.max(0, pane.chunks.size() - 1);
    }
  }

  /** Finds what a piece of a list in state has. */
  void restore(byte[] piece) {
    FormReader in = new FormReader(piece, "a list of verdicts");
    while (in.position() < piece.length) {
      int start = in.position();
      long hash = in.fixedLong();
      int length = in.count(1);
      int formStart = in.skip(length);
      in.moveTo(formStart);
      long at = in.fixedLong();
      int end = formStart + length;
      in.moveTo(end);
      Chunk chunk = add(hash, pane(at), piece, start, end - start);
      chunk.savedTo = chunk.length;
    }
  }

  /** Writes the binary form of a verdict, without the request's id. */
  private static void writeForm(Verdict verdict, FormWriter out) {
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
  }

  private static Verdict read(String requestId, FormReader in) {
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
