package io.millrace.local.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.ranking.RankedItem;
import io.millrace.schema.ranking.RankingPublished;
import io.millrace.schema.web.RequestServed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The window has path 0 300 times, path 1 200 times, paths 2 to 100 twice, and 101 once. */
class RankingCheckTest {
  private static final long START = RequestLoad.START;
  private static final int TOTAL = 300 + 200 + 99 * 2 + 1;

  private final RequestLoad load = new RequestLoad(TOTAL);

  @BeforeEach
  void addRequests() {
    add(0, 300);
    add(1, 200);
    for (int rank = 2; rank <= 100; rank++) {
      add(rank, 2);
    }
    add(101, 1);
  }

  @Test
  void exact_asRecounted_isAccepted() {
    assertThatCode(() -> check(0, exact())).doesNotThrowAnyException();
  }

  @Test
  void exact_anyDifference_isRefused() {
    List<RankedItem> shorter = exact().subList(0, 99);
    assertRefused("differs from the recount", 0, shorter);

    List<RankedItem> other = new ArrayList<>(exact().subList(0, 99));
    other.add(item(100, 101, 1, 1, 1));
    assertRefused("differs from the recount", 0, other);

    List<RankedItem> wrong = new ArrayList<>(exact());
    wrong.set(0, item(1, 0, 299, 299, 299));
    assertRefused("but it came 300 times", 0, wrong);
  }

  @Test
  void bounded_boundsThatHoldTheTruth_areAccepted() {
    List<RankedItem> items = bounded();

    assertThatCode(() -> check(5, items)).doesNotThrowAnyException();
  }

  @Test
  void bounded_countBeyondBoundsOrBoundsTooFarApart_areRefused() {
    List<RankedItem> items = bounded();
    items.set(0, item(1, 0, 306, 298, 302));
    assertRefused("count beyond its bounds", 5, items);

    items.set(0, item(1, 0, 302, 297, 303));
    assertRefused("further apart than 5", 5, items);

    items.set(0, item(1, 0, 304, 301, 304));
    assertRefused("but it came 300 times", 5, items);
  }

  @Test
  void bounded_heavierThanTheLightest_mayNotBeMissing() {
    List<RankedItem> items = bounded();
    items.remove(1);
    for (int i = 1; i < items.size(); i++) {
      RankedItem item = items.get(i);
      items.set(
          i,
          new RankedItem(i + 1, item.item(), item.count(), item.lowerBound(), item.upperBound()));
    }

    assertRefused("count=200] is missing", 5, items);
  }

  @Test
  void bounded_lightestThatMayBeAsHeavy_mayStandForAnother() {
    // Path 101 came once, and 2 times at most by its bounds: as often as the one that it displaces.
    List<RankedItem> items = new ArrayList<>(exact().subList(0, 99));
    items.set(0, item(1, 0, 300, 299, 300));
    items.add(item(100, 101, 2, 1, 2));

    assertThatCode(() -> check(1, sorted(items))).doesNotThrowAnyException();
  }

  @Test
  void anything_wrongOrderTwiceOrError_isRefused() {
    List<RankedItem> swapped = new ArrayList<>(exact());
    swapped.set(0, item(1, 1, 200, 200, 200));
    swapped.set(1, item(2, 0, 300, 300, 300));
    assertRefused("not in its place", 0, swapped);

    List<RankedItem> twice = new ArrayList<>(exact());
    twice.set(1, item(2, 0, 300, 300, 300));
    assertRefused("not in its place", 0, twice);

    assertRefused("the error is up to 7", 7, exact());
    assertRefused("the error is up to -1", -1, exact());
  }

  @Test
  void anything_wrongTotal_isRefused() {
    RankingPublished ranking =
        new RankingPublished("path", START, START + 300_000, TOTAL + 1, 100, "exact", 0, exact());

    assertThatThrownBy(() -> new RankingCheck(ranking, truth()).check())
        .hasMessageContaining("total 700, not 699");
  }

  private void add(int rank, int times) {
    String path = LoadPaths.of(rank);
    for (int i = 0; i < times; i++) {
      load.add(
          new RequestServed(START + rank, "c", path, null, null, null, null, null, null), rank, 9);
    }
  }

  private List<RankedItem> exact() {
    List<RankedItem> items = new ArrayList<>();
    for (WindowRecount.Count count : truth().heaviest(100)) {
      items.add(
          new RankedItem(
              items.size() + 1, count.path(), count.count(), count.count(), count.count()));
    }
    return items;
  }

  /** Each exact count and up to 3 more, with an error of 5. */
  private List<RankedItem> bounded() {
    List<RankedItem> items = new ArrayList<>();
    for (RankedItem item : exact()) {
      items.add(
          new RankedItem(
              item.rank(), item.item(), item.count() + 3, item.count() - 1, item.count() + 4));
    }
    return items;
  }

  private static List<RankedItem> sorted(List<RankedItem> items) {
    List<WindowRecount.Count> order =
        items.stream()
            .map(item -> new WindowRecount.Count(item.item(), item.count()))
            .sorted(WindowRecount.RANKING)
            .toList();
    List<RankedItem> sorted = new ArrayList<>();
    for (WindowRecount.Count count : order) {
      RankedItem item =
          items.stream().filter(each -> each.item().equals(count.path())).findFirst().orElseThrow();
      sorted.add(
          new RankedItem(
              sorted.size() + 1, item.item(), item.count(), item.lowerBound(), item.upperBound()));
    }
    return sorted;
  }

  private static RankedItem item(int place, int rank, long count, long lower, long upper) {
    return new RankedItem(place, LoadPaths.of(rank), count, lower, upper);
  }

  private WindowRecount truth() {
    WindowRecount truth = new WindowRecount(load, 300_000);
    truth.next();
    return truth;
  }

  private void check(long maxError, List<RankedItem> items) throws VoidRunException {
    new RankingCheck(
            new RankingPublished(
                "path", START, START + 300_000, TOTAL, 100, "exact", maxError, items),
            truth())
        .check();
  }

  private void assertRefused(String problem, long maxError, List<RankedItem> items) {
    assertThatThrownBy(() -> check(maxError, items)).hasMessageContaining(problem);
  }
}
