package io.millrace.operator.sketch;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;

/** Streams of numbered items that are hard to count in different ways. */
enum ItemStream {
  ZIPF_1_1 {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return zipf(1.1, random);
    }
  },
  ZIPF_1_5 {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return zipf(1.5, random);
    }
  },
  UNIFORM {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return i -> random.nextInt(ITEMS);
    }
  },
  /** Fifty items are first seen when the sketch has been full for long. */
  LATE_RISER {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return i ->
          i > LATE && random.nextInt(4) == 0 ? random.nextInt(50) : 50 + random.nextInt(ITEMS - 50);
    }
  },
  /** Every item is gone when it comes again: what is kept the longest comes the latest. */
  ROUND_ROBIN {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return i -> i % ITEMS;
    }
  },
  /** Weights grow with time, so that all that is known is the lightest. */
  GROWING {
    @Override
    IntUnaryOperator items(SplittableRandom random) {
      return i -> (int) ((long) i * i / 50_000_000L % ITEMS);
    }

    @Override
    long weight(int i) {
      return 1L + i / 1_000;
    }
  };

  /** Items are numbered from 0 to this. */
  static final int ITEMS = 1_000_000;

  private static final int LATE = 4_000_000;

  /** The item of each update, by its number; to be asked in order. */
  abstract IntUnaryOperator items(SplittableRandom random);

  /** The weight of an update. */
  long weight(int i) {
    return 1;
  }

  /** The bytes of all items, eight each. */
  static byte[] bytes() {
    byte[] bytes = new byte[ITEMS * Long.BYTES];
    for (int i = 0; i < ITEMS; i++) {
      ItemBytes.LONGS.set(bytes, i * Long.BYTES, ascii(i));
    }
    return bytes;
  }

  /** Eight digits. */
  private static long ascii(int item) {
    long digits = 0;
    int left = item;
    for (int i = 0; i < Long.BYTES; i++) {
      digits = (digits << Byte.SIZE) | ('0' + left % 10);
      left /= 10;
    }
    return digits;
  }

  private static IntUnaryOperator zipf(double exponent, SplittableRandom random) {
    double[] sums = new double[ITEMS];
    double sum = 0;
    for (int i = 0; i < ITEMS; i++) {
      sum += Math.pow(i + 1, -exponent);
      sums[i] = sum;
    }
    double all = sum;
    return i -> {
      int found = Arrays.binarySearch(sums, random.nextDouble() * all);
      return Math.min(ITEMS - 1, found < 0 ? -1 - found : found);
    };
  }
}
