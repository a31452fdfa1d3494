package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.bench.WindowRecount.Count;
import io.millrace.schema.web.RequestServed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowRecountTest {
  private static final long START = RequestLoad.START;
  private static final String A = LoadPaths.of(10);
  private static final String B = LoadPaths.of(9);
  private static final String C = LoadPaths.of(8);

  private final RequestLoad load = new RequestLoad(10);

  @Test
  void next_tumbling_countsEachRequestOnceAndSkipsEmptyWindows() {
    request(0, 8);
    request(299_999, 8);
    request(299_998, 9);
    request(900_000, 10);
    WindowRecount windows = new WindowRecount(load, 300_000);

    assertThat(windows.next()).isTrue();
    assertThat(windows.end()).isEqualTo(START + 300_000);
    assertThat(windows.total()).isEqualTo(3);
    assertThat(windows.count(C)).isEqualTo(2);
    assertThat(windows.count(A)).isZero();
    assertThat(windows.next()).isTrue();
    assertThat(windows.end()).isEqualTo(START + 1_200_000);
    assertThat(windows.heaviest(100)).containsExactly(new Count(A, 1));
    assertThat(windows.next()).isFalse();
  }

  @Test
  void next_sliding_countsARequestInEveryWindowThatHoldsIt() {
    request(0, 8);
    request(6_000, 9);
    WindowRecount windows = new WindowRecount(load, 100_000);
    List<Long> ends = new ArrayList<>();
    while (windows.next()) {
      ends.add(windows.end() - START);
      assertThat(windows.total()).isEqualTo(2);
    }

    assertThat(ends).containsExactly(100_000L, 200_000L, 300_000L);
  }

  @Test
  void next_sliding_reachesTheLastWindowsOfTheLastRequest() {
    request(1_499_999, 8);
    WindowRecount windows = new WindowRecount(load, 150_000);
    List<Long> ends = new ArrayList<>();
    while (windows.next()) {
      ends.add(windows.end() - START);
    }

    assertThat(ends).containsExactly(1_500_000L, 1_650_000L);
  }

  @Test
  void heaviest_equallyHeavy_areOrderedByTheirBytes() {
    request(0, 9);
    request(1, 8);
    request(2, 10);
    request(3, 9);
    WindowRecount windows = new WindowRecount(load, 300_000);
    windows.next();

    // "/artists/..." comes before "/songs/...".
    assertThat(windows.heaviest(3))
        .containsExactly(new Count(B, 2), new Count(C, 1), new Count(A, 1));
    assertThat(windows.heaviest(2)).containsExactly(new Count(B, 2), new Count(C, 1));
  }

  private void request(long at, int rank) {
    String path = LoadPaths.of(rank);
    load.add(new RequestServed(START + at, "c", path, null, null, null, null, null, null), rank, 9);
  }
}
