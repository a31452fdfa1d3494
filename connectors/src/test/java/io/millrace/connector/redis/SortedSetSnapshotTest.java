package io.millrace.connector.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.connector.redis.SortedSetSnapshot.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedSetSnapshotTest {
  @ParameterizedTest
  @ValueSource(longs = {-9_007_199_254_740_992L, 0, 9_007_199_254_740_992L})
  void new_versionInRange_isKept(long version) {
    assertThat(new SortedSetSnapshot("a", "b", version, List.of(), Map.of()).version())
        .isEqualTo(version);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MIN_VALUE,
        -9_007_199_254_740_993L,
        9_007_199_254_740_993L,
        Long.MAX_VALUE,
      })
  void new_versionBeyondExactNumbers_isRefused(long version) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SortedSetSnapshot("a", "b", version, List.of(), Map.of()))
        .withMessageContaining("2^53")
        .withMessageContaining(String.valueOf(version));
  }

  @Test
  void new_oneKeyForBoth_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SortedSetSnapshot("topk", "topk", 1, List.of(), Map.of()))
        .withMessageContaining("topk");
  }

  @Test
  void new_attributeOfTheReservedName_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SortedSetSnapshot("a", "b", 1, List.of(), Map.of("version", "7")))
        .withMessageContaining("version");
  }

  @Test
  void new_oneEntryTooMany_isRefused() {
    Member member = new Member("m", 1);
    List<Member> most = Collections.nCopies(SortedSetSnapshot.MAX_ENTRIES, member);

    assertThat(new SortedSetSnapshot("a", "b", 1, most, Map.of()).members()).hasSize(100_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SortedSetSnapshot("a", "b", 1, most, Map.of("k", "v")))
        .withMessageContaining("100001");
  }

  @Test
  void new_scoreThatIsNoNumber_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Member("/index", Double.NaN))
        .withMessageContaining("/index");
  }

  @Test
  void members_givenListChanges_stay() {
    List<Member> given = new ArrayList<>(List.of(new Member("m", 1)));
    SortedSetSnapshot snapshot = new SortedSetSnapshot("a", "b", 1, given, Map.of());

    given.clear();

    assertThat(snapshot.members()).containsExactly(new Member("m", 1));
  }
}
