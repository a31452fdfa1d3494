package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class GrantPageTest {
  private static Grant grant(
      String id, String viewer, long expiresAt, @Nullable Fence fence, double precision) {
    return new Grant(id, viewer, 100, expiresAt, fence, precision);
  }

  private static Position position(long at, double latitude, double longitude) {
    return new Position("", at, latitude, longitude, null, null, null, null, "");
  }

  private static List<String> seen(GrantPage page, Position position) {
    List<String> ids = new ArrayList<>();
    page.audience(position, grant -> ids.add(grant.grantId()));
    return ids;
  }

  @Test
  void audience_severalGrantsOfAPair_isTheFinestThatAllowsIt() {
    Fence home = Fence.circle(0, 0, 1_000);
    GrantPage page =
        GrantPage.EMPTY
            .with(grant("coarse", "ann", Grant.NEVER, null, 500))
            .with(grant("fine", "ann", 200, home, 0))
            .with(grant("b", "bob", Grant.NEVER, null, 10))
            .with(grant("a", "bob", Grant.NEVER, null, 10));
    assertThat(seen(page, position(150, 0, 0))).containsExactly("fine", "a");
    assertThat(seen(page, position(150, 1, 0))).as("out of the fence").contains("coarse");
    assertThat(seen(page, position(200, 0, 0))).as("expired").containsExactly("coarse", "a");
    assertThat(seen(page, position(199, 0, 0))).contains("fine");
    assertThat(seen(page, position(100, 0, 0))).as("from its time on").hasSize(2);
    assertThat(seen(page, position(99, 0, 0))).isEmpty();
    assertThat(seen(page.without("a").without("fine"), position(150, 0, 0)))
        .containsExactly("coarse", "b");
  }

  @Test
  void audience_oneViewerInTwoObjects_isToldOnce() {
    String again = String.valueOf(new char[] {'a', 'n', 'n'});
    List<Grant> grants =
        List.of(
            grant("fine", "ann", Grant.NEVER, null, 0),
            grant("coarse", again, Grant.NEVER, null, 9));
    assertThat(seen(new GrantPage(grants), position(150, 0, 0))).containsExactly("fine");
    assertThat(seen(GrantPage.EMPTY.with(grants.get(1)).with(grants.get(0)), position(150, 0, 0)))
        .containsExactly("fine");
  }

  @Test
  void with_grantOfThatId_takesItsPlace() {
    GrantPage page =
        GrantPage.EMPTY
            .with(grant("g", "ann", Grant.NEVER, null, 0))
            .with(grant("g", "bob", Grant.NEVER, null, 0));
    assertThat(page.grants()).hasSize(1);
    assertThat(page.find("g")).isEqualTo(grant("g", "bob", Grant.NEVER, null, 0));
    assertThat(page.find("h")).isNull();
  }

  @Test
  void fate_followsTimeAndSpeed() {
    Position newest = position(10_000, 0, 0);
    // 0.003 degrees are 333.6 m.
    assertThat(position(11_000, 0, 0.003).after(newest, 340)).isEqualTo(Position.Fate.NEWEST);
    assertThat(position(10_900, 0, 0.003).after(newest, 340)).isEqualTo(Position.Fate.IMPOSSIBLE);
    assertThat(position(10_900, 0, 0.003).after(newest, 0)).isEqualTo(Position.Fate.NEWEST);
    assertThat(position(10_000, 0, 0).after(newest, 340)).isEqualTo(Position.Fate.DUPLICATE);
    assertThat(position(10_000, 0, 1e-7).after(newest, 340)).isEqualTo(Position.Fate.IMPOSSIBLE);
    assertThat(position(9_999, 0, 0).after(newest, 340)).isEqualTo(Position.Fate.OLDER);
    assertThat(position(0, 80, 0).after(null, 340)).isEqualTo(Position.Fate.NEWEST);
  }
}
