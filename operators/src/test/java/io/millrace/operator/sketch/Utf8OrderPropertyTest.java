package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class Utf8OrderPropertyTest {
  /** Code points beside the edges where the lengths of UTF-8 and the units of UTF-16 change. */
  private static final Integer[] EDGES = {
    0, 0x41, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFF21, 0xFFFF, 0x10000, 0x1F3B5, 0x10FFFF
  };

  @Provide
  Arbitrary<String> texts() {
    Arbitrary<Integer> any =
        Arbitraries.integers().between(0, 0x10FFFF).filter(c -> c < 0xD800 || c > 0xDFFF);
    return Arbitraries.oneOf(Arbitraries.of(EDGES), any)
        .list()
        .ofMaxSize(6)
        .map(
            codePoints -> {
              StringBuilder text = new StringBuilder();
              codePoints.forEach(text::appendCodePoint);
              return text.toString();
            });
  }

  @Property(seed = "1", tries = 5_000)
  void compare_wellFormed_isTheOrderOfUnsignedUtf8Bytes(
      @ForAll("texts") String left, @ForAll("texts") String right) {
    int expected =
        Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    assertThat(Integer.signum(Utf8Order.INSTANCE.compare(left, right)))
        .isEqualTo(Integer.signum(expected));
  }

  @Property(seed = "2", tries = 5_000)
  void compare_anyChars_isATotalOrder(
      @ForAll String a, @ForAll String b, @ForAll("texts") String c) {
    Utf8Order order = Utf8Order.INSTANCE;
    assertThat(Integer.signum(order.compare(a, b))).isEqualTo(-Integer.signum(order.compare(b, a)));
    assertThat(order.compare(a, b) == 0).isEqualTo(a.equals(b));
    String[] sorted = {a, b, c};
    Arrays.sort(sorted, order);
    assertThat(order.compare(sorted[0], sorted[2])).isLessThanOrEqualTo(0);
  }
}
