package io.millrace.operator.sketch;

import io.millrace.operator.form.FormWriter;
import io.millrace.operator.sketch.SketchForm.Reader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The sum of sketches that come and go, such as the panes of a sliding window: adding or taking
 * away one costs what its own items cost, however many others there are. Bounds are the sums of the
 * bounds, so they hold, and the sum of exact counts is exact.
 *
 * <p><b>Space</b>: for each distinct item of all sketches in the sum its bytes and 52 to 68 more,
 * up to twice that when many have left; 4 bytes for each item of each sketch. <b>Time</b>: O(1) for
 * each item that is added or subtracted, three cache lines and one; to offer an item that is not
 * heavy takes a few instructions, or for 64 of them that came one after the other a few together.
 *
 * <p>Not safe for use by several threads.
 */
public final class SketchSum {
  /*
   * An item's slack is the sum of the floors, plus what its slack is below the floor in each sketch
   * that has it: its excess, not positive. Sums of weights and excesses don't depend on what came
   * when, so they can be subtracted again. One number holds the excess and below it the number of
   * sketches that have the item, which leaves when there is none.
   *
   * An item has a number, which it keeps until it leaves. Its properties are words one after the
   * other: the weight surely counted, the excess with the number of sketches, where its bytes
   * start, and its tag, which is half of its hash, above its length. The index is an
   * open-addressing table with linear probing; a slot is 0 where it is free, else an item's tag
   * above its number plus one, so that searches in vain and moves need no more than the index.
   *
   * 64 items with numbers one after the other are a group, of which is known what the weight surely
   * counted is at most: most groups have only light items, and offering them looks no further.
   */
  private static final int GROUP_BITS = 6;
  private static final int SKETCHES_BITS = 17;
  private static final long SKETCHES_MASK = (1L << SKETCHES_BITS) - 1;

  /** The most sketches of a sum. */
  public static final int MAX_SKETCHES = (1 << SKETCHES_BITS) - 1;

  /** So that the excesses of all sketches fit above their number; a lower one loosens a bound. */
  private static final long LEAST_EXCESS = -(1L << 28);

  private static final int EXCESS = 1;
  private static final int START = 2;
  private static final int TAG_LENGTH = 3;
  private static final int WORDS = 4;

  private static final int FEWEST_ITEMS = 16;
  private static final int FEWEST_BYTES = 256;

  private long[] slots = new long[2 * FEWEST_ITEMS];
  private long[] words = new long[WORDS * FEWEST_ITEMS];

  /** What the weight surely counted is at most in each group. */
  private long[] heaviest = new long[1];

  /** Numbers below it were given out; those of items that have left are in {@link #freed}. */
  private int items;

  private int[] freed = new int[FEWEST_ITEMS];
  private int freedItems;

  private byte[] bytes = new byte[FEWEST_BYTES];
  private int usedBytes;
  private int freedBytes;

  private int sketches;
  private long floor;

  /** What looking at items has given; only so that it isn't left out as useless. */
  @SuppressWarnings("UnusedVariable")
  private long fetched;

  // The sum of the totals, as a number of 128 bits.
  private long total;
  private int totalHigh;

  /** A sketch that is in a sum. */
  public static final class Addend {
    private final byte[] form;

    /** The numbers of its items, in the order of the form. */
    private final int[] items;

    private Addend(byte[] form, int items) {
      this.form = form;
      this.items = new int[items];
    }
  }

  /** Whether a binary form can be added: not that of exact counts of a version before 0.3.0. */
  public static boolean accepts(byte[] form) {
    return new Reader(form).kind() != SketchForm.EXACT_WEIGHTS;
  }

  /**
   * Adds a sketch.
   *
   * @param form its binary form, which this {@link #accepts}; it must stay as it is
   * @return what to {@link #subtract}
   * @throws IllegalArgumentException where the form is damaged or of a later version
   * @throws IllegalStateException where there are {@link #MAX_SKETCHES} already
   */
  public Addend add(byte[] form) {
    if (sketches == MAX_SKETCHES) {
      throw new IllegalStateException("a sum holds at most " + MAX_SKETCHES + " sketches");
    }
    sketches++;
    Reader in = new Reader(form);
    in.skipToBoundedWeights();
    long added = in.number();
    total += added;
    if (Long.compareUnsigned(total, added) < 0) {
      totalHigh++;
    }
    long ownFloor = in.number();
    floor += ownFloor;
    Addend addend = new Addend(form, in.count(3));
    int first = in.position();
    fetch(in, addend.items);
    in.moveTo(first);
    for (int i = 0; i < addend.items.length; i++) {
      int length = in.count(1);
      int start = in.skip(length);
      int item = findOrInsert(addend.items[i], form, start, length);
      long weight = words[item * WORDS] + in.number();
      words[item * WORDS] = weight;
      if (weight < 0 || weight > heaviest[item >>> GROUP_BITS]) {
        // Beyond a long it is only known, once what was added first has left, to be a long again.
        heaviest[item >>> GROUP_BITS] = weight < 0 ? Long.MAX_VALUE : weight;
      }
      words[item * WORDS + EXCESS] += withOneSketch(in.number() - ownFloor);
      addend.items[i] = item;
    }
    return addend;
  }

  /**
   * Passes items and writes down their tags; looks at where they may be, so that they are near the
   * processor when they are looked for. Those that are far away come together.
   */
  private void fetch(Reader in, int[] tags) {
    int mask = slots.length - 1;
    long seen = 0;
    for (int i = 0; i < tags.length; i++) {
      int length = in.count(1);
      int start = in.skip(length);
      in.number();
      in.number();
      tags[i] = (int) (ItemBytes.hash(in.bytes(), start, length) >>> Integer.SIZE);
      seen += slots[tags[i] & mask];
    }
    for (int tag : tags) {
      seen += words[wordsOf(slots[tag & mask])];
    }
    for (int tag : tags) {
      int start = (int) words[wordsOf(slots[tag & mask]) + START];
      seen += bytes[Math.min(start, bytes.length - 1)];
    }
    fetched += seen;
  }

  /** Where the words of a slot's item begin; somewhere for a free slot. */
  private static int wordsOf(long slot) {
    return Math.max(0, (int) slot - 1) * WORDS;
  }

  /** Takes away a sketch that was added to this sum. */
  public void subtract(Addend addend) {
    sketches--;
    Reader in = new Reader(addend.form);
    in.skipToBoundedWeights();
    long taken = in.number();
    if (Long.compareUnsigned(total, taken) < 0) {
      totalHigh--;
    }
    total -= taken;
    long ownFloor = in.number();
    floor -= ownFloor;
    in.count(3);
    for (int item : addend.items) {
      in.skip(in.count(1));
      words[item * WORDS] -= in.number();
      words[item * WORDS + EXCESS] -= withOneSketch(in.number() - ownFloor);
      if ((words[item * WORDS + EXCESS] & SKETCHES_MASK) == 0) {
        remove(item);
      }
    }
  }

  private static long withOneSketch(long excess) {
    return (Math.max(LEAST_EXCESS, excess) << SKETCHES_BITS) + 1;
  }

  /** Whether the weights add up to more than {@link Long#MAX_VALUE}: then ask nothing of it. */
  public boolean isBeyondLong() {
    return totalHigh != 0 || total < 0;
  }

  /** Offers every item to a selection, whose other sketches have none of them. */
  public void offerTo(TopSelection selection) {
    selection.offerSketch(total, floor);
    for (int group = 0; group << GROUP_BITS < items; group++) {
      if (!selection.isTooLight(heaviest[group], floor)) {
        heaviest[group] = offerGroup(group << GROUP_BITS, selection);
      }
    }
  }

  /** Offers the items of a group. Returns the greatest of the weights surely counted. */
  private long offerGroup(int first, TopSelection selection) {
    long greatest = 0;
    int end = Math.min(items, first + (1 << GROUP_BITS)) * WORDS;
    for (int at = first * WORDS; at < end; at += WORDS) {
      long excess = words[at + EXCESS];
      if (excess != 0) {
        greatest = Math.max(greatest, words[at]);
        long slack = floor + (excess >> SKETCHES_BITS);
        if (selection.mayEnter(words[at], slack)) {
          selection.offer(
              bytes, (int) words[at + START], (int) words[at + TAG_LENGTH], words[at], slack);
        }
      }
    }
    return greatest;
  }

  /**
   * Packs sketches of this sum: an item that several of them have is written once.
   *
   * @param addends the sketches
   * @return what {@link #unpack} reads
   */
  public byte[] pack(List<Addend> addends) {
    FormWriter out = SketchForm.writer(SketchForm.PACKED, usedBytes - freedBytes);
    out.number(addends.size());
    int[] placesAfter = new int[items];
    int places = 0;
    for (Addend addend : addends) {
      Reader in = new Reader(addend.form);
      in.skipToBoundedWeights();
      in.number();
      in.number();
      out.item(addend.form, 0, in.position());
      in.count(3);
      out.number(addend.items.length);
      for (int item : addend.items) {
        in.skip(in.count(1));
        if (placesAfter[item] == 0) {
          placesAfter[item] = ++places;
          out.number(places - 1L);
          int at = item * WORDS;
          out.item(bytes, (int) words[at + START], (int) words[at + TAG_LENGTH]);
        } else {
          out.number(placesAfter[item] - 1L);
        }
        out.number(in.number());
        out.number(in.number());
      }
    }
    return out.toBytes();
  }

  /**
   * The binary forms of sketches that were packed, in their order.
   *
   * @param packed what {@link #pack} returned
   * @throws IllegalArgumentException where the bytes are damaged or of a later version
   */
  public static List<byte[]> unpack(byte[] packed) {
    Reader in = new Reader(packed);
    in.skipPackedKind();
    int forms = in.count(1);
    List<byte[]> unpacked = new ArrayList<>(forms);
    int[] starts = new int[FEWEST_ITEMS];
    int[] lengths = new int[FEWEST_ITEMS];
    int places = 0;
    for (int form = 0; form < forms; form++) {
      int headLength = in.count(1);
      FormWriter out = new FormWriter(2 * headLength + 64);
      out.raw(packed, in.skip(headLength), headLength);
      int count = in.count(3);
      out.number(count);
      for (int i = 0; i < count; i++) {
        long place = in.number();
        if (place == places) {
          if (places == starts.length) {
            starts = Arrays.copyOf(starts, 2 * places);
            lengths = Arrays.copyOf(lengths, 2 * places);
          }
          lengths[places] = in.count(1);
          starts[places] = in.skip(lengths[places]);
          places++;
        } else if (place > places) {
          throw new IllegalArgumentException(
              "the bytes of packed sketches name item " + place + " of " + places);
        }
        out.item(packed, starts[(int) place], lengths[(int) place]);
        out.number(in.number());
        out.number(in.number());
      }
      unpacked.add(out.toBytes());
    }
    in.requireEnd();
    return unpacked;
  }

  /** Memory held, in bytes. */
  public long memoryBytes() {
    return (slots.length + words.length + heaviest.length) * (long) Long.BYTES
        + freed.length * (long) Integer.BYTES
        + bytes.length;
  }

  private int findOrInsert(int tag, byte[] source, int start, int length) {
    long tagLength = ((long) tag << Integer.SIZE) | length;
    int mask = slots.length - 1;
    for (int i = tag & mask; slots[i] != 0; i = (i + 1) & mask) {
      if ((int) (slots[i] >>> Integer.SIZE) == tag) {
        int item = (int) slots[i] - 1;
        if (words[item * WORDS + TAG_LENGTH] == tagLength
            && ItemBytes.equal(bytes, (int) words[item * WORDS + START], source, start, length)) {
          return item;
        }
      }
    }
    return insert(tagLength, source, start, length);
  }

  private int insert(long tagLength, byte[] source, int start, int length) {
    int item = freedItems > 0 ? freed[--freedItems] : items++;
    if (item * WORDS == words.length) {
      growItems();
    }
    if (length > bytes.length - usedBytes) {
      makeRoom(length);
    }
    ItemBytes.copy(source, start, bytes, usedBytes, length);
    words[item * WORDS] = 0;
    words[item * WORDS + EXCESS] = 0;
    words[item * WORDS + START] = usedBytes;
    words[item * WORDS + TAG_LENGTH] = tagLength;
    usedBytes += length;
    place(slotOf(tagLength, item));
    return item;
  }

  private static long slotOf(long tagLength, int item) {
    return ((tagLength >>> Integer.SIZE) << Integer.SIZE) | (item + 1L);
  }

  private void place(long slot) {
    int mask = slots.length - 1;
    int i = wanted(slot, mask);
    while (slots[i] != 0) {
      i = (i + 1) & mask;
    }
    slots[i] = slot;
  }

  /** Where the search for an item begins. */
  private static int wanted(long slot, int mask) {
    return (int) (slot >>> Integer.SIZE) & mask;
  }

  private void growItems() {
    int most = words.length / WORDS;
    most += most >> 1;
    words = Arrays.copyOf(words, most * WORDS);
    heaviest = Arrays.copyOf(heaviest, (most >>> GROUP_BITS) + 1);
    // At most half of the slots are taken.
    if (2 * most > slots.length) {
      long[] before = slots;
      slots = new long[2 * before.length];
      for (long slot : before) {
        if (slot != 0) {
          place(slot);
        }
      }
    }
  }

  /** Closes the gaps that items have left, if these are many; otherwise takes more memory. */
  private void makeRoom(int length) {
    int held = usedBytes - freedBytes;
    byte[] roomy = bytes;
    if (freedBytes <= held || length > bytes.length - held) {
      roomy = new byte[Math.max(held + length, bytes.length + (bytes.length >> 1))];
    } else {
      roomy = new byte[bytes.length];
    }
    int at = 0;
    for (int word = 0; word < items * WORDS; word += WORDS) {
      if (words[word + EXCESS] != 0) {
        int itemLength = (int) words[word + TAG_LENGTH];
        System.arraycopy(bytes, (int) words[word + START], roomy, at, itemLength);
        words[word + START] = at;
        at += itemLength;
      }
    }
    bytes = roomy;
    usedBytes = at;
    freedBytes = 0;
  }

  private void remove(int item) {
    int mask = slots.length - 1;
    long own = slotOf(words[item * WORDS + TAG_LENGTH], item);
    int gap = wanted(own, mask);
    while (slots[gap] != own) {
      gap = (gap + 1) & mask;
    }
    // What follows without a free slot in between moves up if its search would pass the gap.
    for (int i = (gap + 1) & mask; slots[i] != 0; i = (i + 1) & mask) {
      if (((i - wanted(slots[i], mask)) & mask) >= ((i - gap) & mask)) {
        slots[gap] = slots[i];
        gap = i;
      }
    }
    slots[gap] = 0;
    freedBytes += (int) words[item * WORDS + TAG_LENGTH];
    if (freedItems == freed.length) {
      freed = Arrays.copyOf(freed, 2 * freed.length);
    }
    freed[freedItems++] = item;
  }
}
