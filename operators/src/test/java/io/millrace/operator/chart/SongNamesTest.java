package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SongNamesTest {
  private static SongName catalogued(long at, @Nullable String title) {
    return new SongName("s", at, title, null, false);
  }

  private static SongName played(long at, String title) {
    return new SongName("s", at, title, null, true);
  }

  private static SongNames names(SongName... names) {
    SongNames all = SongNames.NONE;
    for (SongName name : names) {
      all = all.with(name, Long.MIN_VALUE);
    }
    return all;
  }

  private static @Nullable String title(SongNames names, long windowEnd) {
    SongName name = names.at(windowEnd);
    return name == null ? null : name.title();
  }

  @Test
  void at_isTheLatestOfTheCatalogueBeforeTheWindowsEnd() {
    for (SongNames names :
        List.of(
            names(catalogued(10, "first"), catalogued(20, "second"), played(15, "played")),
            names(played(15, "played"), catalogued(20, "second"), catalogued(10, "first")))) {
      assertThat(title(names, 10)).isNull();
      assertThat(title(names, 11)).isEqualTo("first");
      assertThat(title(names, 20)).isEqualTo("first");
      assertThat(title(names, 21)).isEqualTo("second");
    }
  }

  @Test
  void at_withoutCatalogue_isTheNameThatCameUpLastInPlays() {
    for (SongNames names :
        List.of(
            names(played(10, "a"), played(20, "b"), played(30, "a")),
            names(played(30, "a"), played(20, "b"), played(10, "a")))) {
      assertThat(title(names, 10)).isNull();
      assertThat(title(names, 15)).isEqualTo("a");
      assertThat(title(names, 25)).isEqualTo("b");
      assertThat(title(names, 35)).isEqualTo("b");
      assertThat(names.names()).hasSize(2);
    }
  }

  @Test
  void with_ofOneTime_anyOrderSaysTheSame() {
    assertThat(names(catalogued(10, "a"), catalogued(10, null)))
        .isEqualTo(names(catalogued(10, null), catalogued(10, "a")));
  }

  @Test
  void with_namesOfWindowsThatAreClosed_areForgotten() {
    SongNames names = names(catalogued(10, "a"), catalogued(20, "b"), catalogued(30, "c"));
    assertThat(names.with(catalogued(40, "d"), 35).names())
        .containsExactly(catalogued(30, "c"), catalogued(40, "d"));
  }

  @Test
  void with_manyNames_keepsTheLast() {
    SongNames names = SongNames.NONE;
    for (int i = 0; i < 1_000; i++) {
      names = names.with(played(i, "title " + i), 0);
    }
    assertThat(names.names()).hasSizeLessThanOrEqualTo(64);
    assertThat(title(names, 2_000)).isEqualTo("title 999");
  }
}
