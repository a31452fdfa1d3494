package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ItemBatchTest {
  @Test
  void addTo_emptyItemAtTheEndOfAFullTable_isCounted() {
    AdaptiveCounts counts = new AdaptiveCounts(1 << 20, 10);
    // With their headers 6 * 32 + 40 + 24 bytes, which a new table has room for exactly.
    List<String> items = List.of("a", "b", "c", "d", "e", "f", "ten-bytes.", "");
    ItemBatch batch = new ItemBatch();
    for (int round = 0; round < 2; round++) {
      for (String item : items) {
        byte[] bytes = item.getBytes(StandardCharsets.UTF_8);
        batch.add(ItemBytes.hash(bytes, 0, bytes.length), bytes, 0, bytes.length, 1);
      }
      batch.addTo(counts);
    }
    assertThat(counts.top(8))
        .extracting(ItemEstimate::item)
        .containsExactlyInAnyOrderElementsOf(items);
    assertThat(counts.top(8)).extracting(ItemEstimate::count).containsOnly(2L);
  }
}
