package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

final class ItemBytesTest {
  /** Of one byte a character, of any, and with surrogates, in pairs and alone. */
  @Provide
  Arbitrary<String> items() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ascii().ofMaxLength(40),
        Arbitraries.strings().ofMaxLength(40),
        Arbitraries.strings().withChars('\uD83C', '\uDFB5', '\uDFFF', '\uD800', 'a', '\uD7FF'));
  }

  @Property(seed = "1", tries = 5_000)
  void of_anyString_comesBackFromItsBytes(@ForAll("items") String item) {
    byte[] bytes = ItemBytes.of(item);
    assertThat(ItemBytes.toString(bytes, 0, bytes.length)).isEqualTo(item);
    assertThat(ItemBytes.stringHash(bytes, 0, bytes.length)).isEqualTo(item.hashCode());
    if (StandardCharsets.UTF_8.newEncoder().canEncode(item)) {
      assertThat(bytes).isEqualTo(item.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Property(seed = "2", tries = 5_000)
  void hash_sameBytesElsewhere_isTheSame(@ForAll byte[] bytes) {
    byte[] within = new byte[bytes.length + 20];
    Arrays.fill(within, (byte) 7);
    System.arraycopy(bytes, 0, within, 11, bytes.length);
    assertThat(ItemBytes.hash(within, 11, bytes.length))
        .isEqualTo(ItemBytes.hash(bytes, 0, bytes.length));
    if (bytes.length > 0) {
      within[11 + bytes.length / 2] ^= 1;
      assertThat(ItemBytes.hash(within, 11, bytes.length))
          .isNotEqualTo(ItemBytes.hash(bytes, 0, bytes.length));
    }
  }
}
