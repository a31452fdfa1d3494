package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Against a sorted map of unbounded integers. */
final class ExactCountsPropertyTest {
  private static final BigInteger GREATEST = BigInteger.valueOf(Long.MAX_VALUE);

  record Addition(String item, long weight) {}

  @Provide
  Arbitrary<List<Addition>> additions() {
    Arbitrary<String> items =
        Arbitraries.oneOf(
            Arbitraries.of("", "a", "b", "ab", "\uFF21", "\uE000", "\u00E9"),
            Arbitraries.of(0x1F3B5, 0x10000, 0x10FFFF).map(Character::toString),
            Arbitraries.strings().withCharRange('a', 'e').ofMaxLength(2));
    Arbitrary<Long> weights =
        Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(20, Arbitraries.longs().between(0, 5)),
            net.jqwik.api.Tuple.of(
                1, Arbitraries.longs().between(Long.MAX_VALUE / 2, Long.MAX_VALUE)));
    return Combinators.combine(items, weights).as(Addition::new).list().ofMaxSize(60);
  }

  /** With halves of surrogate pairs, alone and together. */
  @Provide
  Arbitrary<List<String>> anyChars() {
    return Arbitraries.oneOf(
            Arbitraries.strings(),
            Arbitraries.strings().withChars('\uD83C', '\uDFB5', '?', '\uFFFD').ofMaxLength(4))
        .list()
        .ofMaxSize(30);
  }

  private static ExactCounts counted(List<Addition> additions) {
    ExactCounts counts = new ExactCounts();
    additions.forEach(addition -> counts.add(addition.item(), addition.weight()));
    return counts;
  }

  private static List<ItemEstimate> expectedTop(List<Addition> additions, int k) {
    Map<String, BigInteger> sums = new TreeMap<>();
    for (Addition addition : additions) {
      sums.merge(addition.item(), BigInteger.valueOf(addition.weight()), BigInteger::add);
    }
    List<Map.Entry<String, BigInteger>> entries = new ArrayList<>(sums.entrySet());
    entries.replaceAll(e -> Map.entry(e.getKey(), e.getValue().min(GREATEST)));
    entries.sort(
        (left, right) -> {
          int byWeight = right.getValue().compareTo(left.getValue());
          return byWeight != 0
              ? byWeight
              : Arrays.compareUnsigned(
                  left.getKey().getBytes(StandardCharsets.UTF_8),
                  right.getKey().getBytes(StandardCharsets.UTF_8));
        });
    return entries.stream()
        .limit(k)
        .map(
            e -> {
              long weight = e.getValue().longValueExact();
              return new ItemEstimate(e.getKey(), weight, weight, weight);
            })
        .toList();
  }

  private static long expectedTotal(List<Addition> additions) {
    return additions.stream()
        .map(addition -> BigInteger.valueOf(addition.weight()))
        .reduce(BigInteger.ZERO, BigInteger::add)
        .min(GREATEST)
        .longValueExact();
  }

  @Property(seed = "1", tries = 1_000)
  void top_anyAdditions_isThatOfTheModel(
      @ForAll("additions") List<Addition> additions, @ForAll @IntRange(min = 1, max = 40) int k) {
    ExactCounts counts = counted(additions);
    assertThat(counts.top(k)).isEqualTo(expectedTop(additions, k));
    assertThat(counts.total()).isEqualTo(expectedTotal(additions));
  }

  @Property(seed = "2", tries = 1_000)
  void merge_anySplitInAnyOrder_isAsIfCountedTogether(
      @ForAll("additions") List<Addition> additions,
      @ForAll @IntRange(min = 1, max = 6) int parts,
      @ForAll Random random) {
    List<byte[]> pieces = new ArrayList<>();
    List<List<Addition>> split = new ArrayList<>();
    for (int i = 0; i < parts; i++) {
      split.add(new ArrayList<>());
    }
    additions.forEach(addition -> split.get(random.nextInt(parts)).add(addition));
    split.forEach(part -> pieces.add(counted(part).toBytes()));
    Collections.shuffle(pieces, random);

    // As a tree of random shape: two of the pieces become one until one is left.
    while (pieces.size() > 1) {
      ExactCounts merged = new ExactCounts();
      merged.merge(pieces.remove(random.nextInt(pieces.size())));
      merged.merge(pieces.remove(random.nextInt(pieces.size())));
      pieces.add(merged.toBytes());
    }
    ExactCounts result = new ExactCounts();
    result.merge(pieces.get(0));
    assertThat(result.top(100)).isEqualTo(expectedTop(additions, 100));
    assertThat(result.total()).isEqualTo(expectedTotal(additions));
  }

  @Property(seed = "3", tries = 1_000)
  void toBytes_anyItems_roundTrip(@ForAll("anyChars") List<String> items) {
    ExactCounts counts = new ExactCounts();
    items.forEach(item -> counts.add(item, 1));
    ExactCounts copy = new ExactCounts();
    copy.merge(counts.toBytes());
    assertThat(copy.top(items.size() + 1)).isEqualTo(counts.top(items.size() + 1));
    assertThat(copy.total()).isEqualTo(counts.total());
    assertThat(copy.memoryBytes()).isEqualTo(counts.memoryBytes());
  }
}
