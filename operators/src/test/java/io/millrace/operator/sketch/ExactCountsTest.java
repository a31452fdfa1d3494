package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ExactCountsTest {
  private static final String GOLDEN = "/sketch/exact-counts-v1.bin";

  private static ExactCounts counting(String... items) {
    ExactCounts counts = new ExactCounts();
    for (String item : items) {
      counts.add(item, 1);
    }
    return counts;
  }

  private static List<String> itemsOf(TopKSketch sketch, int k) {
    return sketch.top(k).stream().map(ItemEstimate::item).toList();
  }

  @Test
  void top_fewerItemsThanK_allHeaviestFirst() {
    ExactCounts counts = counting("b", "a", "b", "c", "b", "a");
    assertThat(counts.top(10))
        .containsExactly(
            new ItemEstimate("b", 3, 3, 3),
            new ItemEstimate("a", 2, 2, 2),
            new ItemEstimate("c", 1, 1, 1));
    assertThat(counts.total()).isEqualTo(6);
    assertThat(counts.maxError()).isZero();
  }

  @Test
  void top_moreItemsThanK_theHeaviestK() {
    ExactCounts counts = new ExactCounts();
    for (int i = 0; i < 1_000; i++) {
      counts.add("item-" + i, (i * 7919L) % 1_000);
    }
    assertThat(counts.top(3).stream().map(ItemEstimate::count)).containsExactly(999L, 998L, 997L);
    assertThat(counts.top(1)).hasSize(1);
  }

  @Test
  void top_ties_byUtf8BytesNotByUtf16Units() {
    String fullwidth = "\uFF21";
    String note = Character.toString(0x1F3B5);
    assertThat(note.compareTo(fullwidth)).isNegative();
    assertThat(itemsOf(counting(note, fullwidth, "z", "Z", "", "\u00E9"), 10))
        .containsExactly("", "Z", "z", "\u00E9", fullwidth, note);
  }

  @Test
  void top_tieAtThePlaceK_theSmallerItemStays() {
    assertThat(itemsOf(counting("c", "a", "d", "b"), 2)).containsExactly("a", "b");
    assertThat(itemsOf(counting("b", "d", "a", "c"), 2)).containsExactly("a", "b");
  }

  @Test
  void add_emptyItem_isAnItem() {
    assertThat(counting("", "").top(1)).containsExactly(ItemEstimate.exact("", 2));
  }

  @Test
  void add_weightZero_isSeenWithoutWeight() {
    ExactCounts counts = new ExactCounts();
    counts.add("seen", 0);
    assertThat(counts.top(1)).containsExactly(ItemEstimate.exact("seen", 0));
    assertThat(counts.total()).isZero();
    assertThat(copyOf(counts).top(1)).containsExactly(ItemEstimate.exact("seen", 0));
  }

  @Test
  void add_negativeWeight_refuses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExactCounts().add("item", -1))
        .withMessageContaining("-1");
  }

  @Test
  void add_sumBeyondLong_staysAtTheGreatest() {
    ExactCounts counts = new ExactCounts();
    counts.add("a", Long.MAX_VALUE);
    counts.add("a", 1);
    counts.add("b", Long.MAX_VALUE - 1);
    assertThat(counts.top(2))
        .containsExactly(
            ItemEstimate.exact("a", Long.MAX_VALUE), ItemEstimate.exact("b", Long.MAX_VALUE - 1));
    assertThat(counts.total()).isEqualTo(Long.MAX_VALUE);
    counts.merge(counting("b", "b").toBytes());
    assertThat(counts.top(2).get(1)).isEqualTo(ItemEstimate.exact("b", Long.MAX_VALUE));
    assertThat(copyOf(counts).total()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void merge_sharedAndOwnItems_addsUp() {
    ExactCounts counts = counting("a", "b");
    counts.merge(counting("b", "c", "c", "c").toBytes());
    assertThat(counts.top(3))
        .containsExactly(
            ItemEstimate.exact("c", 3), ItemEstimate.exact("b", 2), ItemEstimate.exact("a", 1));
    assertThat(counts.total()).isEqualTo(6);
  }

  @Test
  void merge_halvesOfSurrogatePairs_stayApartFromEachOtherAndFromAQuestionMark() {
    ExactCounts counts = counting("?", "\uD83C", "\uDFB5", "x\uD83C", "\uDFB5\uD83C", "\uFFFD");
    assertThat(itemsOf(copyOf(counts), 10))
        .containsExactlyInAnyOrder("?", "\uD83C", "\uDFB5", "x\uD83C", "\uDFB5\uD83C", "\uFFFD");
  }

  @Test
  void memoryBytes_growsWithDistinctItemsOnly() {
    ExactCounts counts = new ExactCounts();
    long empty = counts.memoryBytes();
    assertThat(empty).isPositive();
    for (int i = 0; i < 1_000; i++) {
      counts.add("item-" + i, 1);
    }
    long thousand = counts.memoryBytes();
    assertThat(thousand).isGreaterThanOrEqualTo(empty + 1_000 * 40L);
    counts.add("item-0", 5);
    assertThat(counts.memoryBytes()).isEqualTo(thousand);
  }

  @Test
  void toBytes_oneItem_isTheDocumentedForm() {
    ExactCounts counts = new ExactCounts();
    counts.add("\u00E9", 258);
    String number = "8202"; // 258 = 2 * 128 + 2
    assertThat(HexFormat.of().formatHex(counts.toBytes()))
        .isEqualTo("01" + "01" + number + "00" + "01" + "02" + "c3a9" + number + "00");
  }

  @Test
  void merge_bytesOfVersion1_areReadAsWritten() throws IOException {
    ExactCounts counts = new ExactCounts();
    counts.merge(golden());
    assertThat(counts.top(10))
        .containsExactly(
            ItemEstimate.exact("/big", Long.MAX_VALUE - 100),
            ItemEstimate.exact("/a", 7),
            ItemEstimate.exact("", 3),
            ItemEstimate.exact("\uFF21", 2),
            ItemEstimate.exact(Character.toString(0x1F3B5), 2),
            ItemEstimate.exact("half \uD83C", 1),
            ItemEstimate.exact("/zero", 0));
    assertThat(copyOf(counts).top(10)).isEqualTo(counts.top(10));
  }

  @Test
  void merge_damaged_refuses() throws IOException {
    byte[] good = golden();
    for (int length = 0; length < good.length; length++) {
      refuses(Arrays.copyOf(good, length), "end early");
    }
    refuses(Arrays.copyOf(good, good.length + 1), "after their end");
    refuses(withInt(good, 2, -1), "-1 items");
    refuses(withInt(good, 2, Integer.MAX_VALUE), "end early");
    refuses(withInt(good, 6, Integer.MAX_VALUE), "end early");
    refuses(withInt(good, 6, Integer.MIN_VALUE), "end early");
  }

  @Test
  void merge_countsWithAnError_refuses() {
    AdaptiveCounts small = new AdaptiveCounts(1, 2);
    for (int i = 0; i < 10; i++) {
      small.add("item-" + i, 1);
    }
    assertThat(small.maxError()).isPositive();
    refuses(small.toBytes(), "off by up to " + small.maxError());
  }

  @Test
  void merge_otherAlgorithmOrLaterVersion_refuses() throws IOException {
    byte[] other = golden();
    other[0] = 9;
    refuses(other, "kind 9");
    byte[] later = golden();
    later[1] = 2;
    refuses(later, "version 2");
  }

  private static void refuses(byte[] bytes, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ExactCounts().merge(bytes))
        .withMessageContaining(message);
  }

  private static byte[] withInt(byte[] bytes, int position, int value) {
    byte[] changed = bytes.clone();
    ByteBuffer.wrap(changed).putInt(position, value);
    return changed;
  }

  private static ExactCounts copyOf(ExactCounts counts) {
    ExactCounts copy = new ExactCounts();
    copy.merge(counts.toBytes());
    return copy;
  }

  private static byte[] golden() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ExactCountsTest.class.getResourceAsStream(GOLDEN), GOLDEN)) {
      return in.readAllBytes();
    }
  }
}
