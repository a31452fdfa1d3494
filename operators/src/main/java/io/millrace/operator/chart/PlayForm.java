package io.millrace.operator.chart;

import io.millrace.operator.distinct.DistinctSample;
import io.millrace.operator.form.FormReader;
import io.millrace.operator.form.FormWriter;
import java.util.Collection;

/**
 * The binary form of what was played in one pane: part of the layout of state.
 *
 * <p>A byte for the version; the number of regions, and of each its length and bytes and 1 if
 * anything was played there, of whatever bucket, else 0; the number of songs, and of each its
 * length and bytes, the number of its entries, and each {@link Entry}: the place of its region, its
 * three numbers and the number of its listeners, and for each of these 8 bytes.
 */
final class PlayForm {
  private static final int VERSION = 1;
  private static final int FEWEST_ENTRY_BYTES = 5;

  private PlayForm() {}

  /**
   * What was played of a song in a region.
   *
   * @param plays how often it was played, without what is beyond the cap in this pane alone
   * @param beyondAligned how many of these are beyond the cap in the window that holds the pane and
   *     starts at a multiple of its length since the epoch
   * @param beyondLast how many plays, of any pane, are beyond the cap in the window whose last pane
   *     this is
   * @param listeners hashes of those who played it, in rising order: all, or the least of them, one
   *     more than can be counted exactly
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Entry(int plays, int beyondAligned, int beyondLast, long[] listeners) {
    /** Of an entry that is no longer asked who played it. */
    static final long[] NO_LISTENERS = {};
  }

  /**
   * A region.
   *
   * @param name its bytes
   * @param isActive whether anything was played there in the pane
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Region(byte[] name, boolean isActive) {}

  /** A form with these regions; the number of its songs and these come next. */
  static FormWriter writer(Collection<Region> regions, int expectedBytes) {
    FormWriter out = new FormWriter(expectedBytes);
    out.raw(VERSION);
    out.number(regions.size());
    for (Region region : regions) {
      out.item(region.name(), 0, region.name().length);
      out.raw(region.isActive() ? 1 : 0);
    }
    return out;
  }

  /** Writes an entry of the song that was written last. */
  static void write(int region, Entry entry, FormWriter out) {
    out.number(region);
    out.number(entry.plays());
    out.number(entry.beyondAligned());
    out.number(entry.beyondLast());
    out.number(entry.listeners().length);
    for (long listener : entry.listeners()) {
      out.fixedLong(listener);
    }
  }

  /** Is told what a form holds. */
  interface Content {
    /** The next region, numbered from 0. */
    void region(byte[] bytes, int start, int length, boolean isActive);

    /** The song that the next entries are of. */
    void song(byte[] bytes, int start, int length);

    /** The next entry, of the region with a number. */
    void entry(int region, Entry entry);
  }

  /**
   * Reads a form.
   *
   * @throws IllegalArgumentException where the bytes are damaged or of a later version
   */
  static void read(byte[] form, Content content) {
    FormReader in = new FormReader(form, "plays");
    byte version = in.raw();
    if (version != VERSION) {
      throw in.damaged(
          "are of version "
              + version
              + ", which this version can't read; use the version that wrote them");
    }
    int regions = in.count(2);
    for (int i = 0; i < regions; i++) {
      int length = in.count(1);
      content.region(form, in.skip(length), length, in.raw() != 0);
    }
    for (int songs = in.count(2); songs > 0; songs--) {
      int length = in.count(1);
      content.song(form, in.skip(length), length);
      for (int entries = in.count(FEWEST_ENTRY_BYTES); entries > 0; entries--) {
        long region = in.number();
        if (region >= regions) {
          throw in.damaged("name region " + region + " of " + regions);
        }
        content.entry((int) region, entry(in));
      }
    }
    in.requireEnd();
  }

  private static Entry entry(FormReader in) {
    int plays = number(in);
    int beyondAligned = number(in);
    int beyondLast = number(in);
    int count = in.count(Long.BYTES);
    if (count > DistinctSample.EXACT + 1) {
      throw in.damaged("hold " + count + " listeners of one song");
    }
    long[] listeners = new long[count];
    for (int i = 0; i < count; i++) {
      listeners[i] = in.fixedLong();
    }
    return new Entry(plays, beyondAligned, beyondLast, listeners);
  }

  private static int number(FormReader in) {
    long number = in.number();
    if (number > Integer.MAX_VALUE) {
      throw in.damaged("say " + number + " plays");
    }
    return (int) number;
  }
}
