package io.millrace.local;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WrappedTest {
  @Test
  void lines_longText_breaksBetweenWords() {
    assertThat(Wrapped.lines("aa bb  cc\nlongest d", 5))
        .containsExactly("aa bb", "cc", "longest", "d");
  }

  @Test
  void lines_nothing_isEmpty() {
    assertThat(Wrapped.lines(null, 5)).isEmpty();
    assertThat(Wrapped.lines(" ", 5)).isEmpty();
  }
}
