package io.millrace.operator.chart;

import io.millrace.operator.sketch.ItemBytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The regions that a task knows, numbered from 1. */
final class Regions {
  /** The number of all regions together. */
  static final int GLOBAL = 0;

  private final ItemNumbers numbers = new ItemNumbers();
  private final List<String> texts = new ArrayList<>();

  Regions() {
    byte[] global = ItemBytes.of(TrendingCharts.GLOBAL);
    number(global, 0, global.length);
  }

  int number(byte[] bytes, int start, int length) {
    int number = numbers.of(bytes, start, length);
    if (number == texts.size()) {
      texts.add(ItemBytes.toString(bytes, start, length));
    }
    return number;
  }

  byte[] name(int number) {
    return numbers.copy(number);
  }

  String text(int number) {
    return texts.get(number);
  }

  /** By their names, for their numbers are others in every run. */
  int compare(int one, int other) {
    return one == other
        ? 0
        : Arrays.compareUnsigned(
            numbers.bytes(),
            numbers.start(one),
            numbers.start(one) + numbers.length(one),
            numbers.bytes(),
            numbers.start(other),
            numbers.start(other) + numbers.length(other));
  }
}
