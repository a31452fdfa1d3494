package io.millrace.operator.sketch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

final class SketchAlgorithmTest {
  @Test
  void ofCode_everyAlgorithm_isFoundByItsCode() {
    for (SketchAlgorithm algorithm : SketchAlgorithm.values()) {
      assertThat(algorithm.code()).matches("[a-z]+(-[a-z]+)*");
      assertThat(SketchAlgorithm.ofCode(algorithm.code())).isEqualTo(algorithm);
    }
  }

  @Test
  void ofCode_unknown_namesTheValidOnes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SketchAlgorithm.ofCode("EXACT"))
        .withMessageContaining("\"EXACT\"")
        .withMessageContaining("exact");
  }

  @Test
  void create_everyAlgorithm_mergesWhatItWrote() {
    for (SketchAlgorithm algorithm : SketchAlgorithm.values()) {
      TopKSketch sketch = algorithm.create(1 << 20, 100);
      sketch.add("item", 2);
      TopKSketch other = algorithm.create(1 << 20, 100);
      other.merge(sketch.toBytes());
      other.merge(sketch.toBytes());
      assertThat(other.total()).isEqualTo(4);
    }
  }
}
