package io.millrace.operator.geo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Defects 6 and 7 that systems of this kind have: shares that outlive their end, or go astray. */
final class OwnerFunctionTest {
  private static final ShareSpec IN_EVENT_TIME = new ShareSpec(340, 0, true, false);
  private static final ShareSpec LIVE = new ShareSpec(340, 0, false, true);
  private static final ShareSpec LIVE_IN_EVENT_TIME = new ShareSpec(0, 0, true, true);

  private static Grant grant(String id, String viewer, long at, long expiresAt) {
    return new Grant(id, viewer, at, expiresAt, null, 0);
  }

  private static OwnerEvent given(String id, String viewer, long at, long expiresAt) {
    return OwnerEvent.granted("owner", grant(id, viewer, at, expiresAt));
  }

  private static OwnerEvent revoked(String id, long at) {
    return OwnerEvent.revoked("owner", grant(id, "whoever", at, Grant.NEVER));
  }

  private static OwnerEvent at(long at) {
    return located(at, 0);
  }

  private static OwnerEvent located(long at, double latitude) {
    return OwnerEvent.located(
        "owner", new Position("", at, latitude, 0, null, null, null, null, "where it was read"));
  }

  @Test
  void eventTime_anyOrderOfArrival_isAppliedInTheOrderOfTimes() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(at(400));
      sharing.happen(revoked("g", 300));
      sharing.happen(at(300));
      sharing.happen(at(299));
      sharing.happen(at(100));
      sharing.restart();
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(at(99));
      assertThat(sharing.seen()).isEmpty();
      sharing.watermark(1_000);
      assertThat(sharing.seen()).containsExactly("ann g 100", "ann g 299", "-g 300");
      sharing.watermark(400 + ShareSpec.KEPT_MILLIS);
      assertThat(sharing.entries()).isZero();
      assertThat(sharing.timers()).isZero();
    }
  }

  @Test
  void eventTime_expiry_endsTheGrantToTheMillisecond() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(given("g", "ann", 100, 200));
      sharing.happen(at(199));
      sharing.happen(at(200));
      sharing.watermark(150);
      sharing.restart();
      sharing.watermark(250);
      assertThat(sharing.seen()).containsExactly("ann g 199", "-g 200");
    }
  }

  @Test
  void quietOwner_expiry_endsTheGrantAllTheSame() throws Exception {
    try (Sharing sharing = new Sharing(LIVE)) {
      sharing.happen(given("g", "ann", 100, 10_000));
      sharing.happen(at(150));
      sharing.restart();
      sharing.clock(10_000);
      assertThat(sharing.seen()).containsExactly("ann g 150", "-g 10000");
      sharing.happen(at(10_001));
      assertThat(sharing.seen()).isEmpty();
      sharing.watermark(20_000 + ShareSpec.KEPT_MILLIS);
      assertThat(sharing.entries()).isZero();
    }
  }

  @Test
  void eventTime_expiryByTheClock_waitsWhileTheJobIsBehind() throws Exception {
    try (Sharing sharing = new Sharing(LIVE_IN_EVENT_TIME)) {
      sharing.happen(given("g", "ann", 100, 10_000));
      sharing.watermark(1_000);
      sharing.clock(10_000);
      sharing.happen(at(5_000));
      sharing.watermark(4_000);
      sharing.clock(20_000);
      sharing.restart();
      sharing.watermark(6_000);
      sharing.clock(30_000);
      assertThat(sharing.seen()).containsExactly("ann g 5000");
      sharing.clock(40_000);
      assertThat(sharing.seen()).as("the watermark rests").containsExactly("-g 10000");
      sharing.watermark(20_000 + ShareSpec.KEPT_MILLIS);
      assertThat(sharing.timers()).isZero();
    }
  }

  @Test
  void arrival_revoke_nothingLeavesAfterIt() throws Exception {
    try (Sharing sharing = new Sharing(LIVE)) {
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(given("h", "bob", 100, Grant.NEVER));
      sharing.happen(at(200));
      sharing.happen(revoked("g", 5_000));
      sharing.restart();
      sharing.happen(at(300));
      assertThat(sharing.seen())
          .as("not even a position from before the revoke's own time")
          .containsExactlyInAnyOrder("ann g 200", "bob h 200", "-g 5000", "bob h 300");
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(at(400));
      assertThat(sharing.seen()).as("the grant came twice").containsExactly("bob h 400");
      sharing.happen(given("g", "ann", 6_000, Grant.NEVER));
      sharing.happen(at(6_000));
      assertThat(sharing.seen())
          .as("it is given anew")
          .containsExactlyInAnyOrder("ann g 6000", "bob h 6000");
    }
  }

  @Test
  void revoke_ofAnUnknownGrant_doesNothing() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(revoked("other", 50));
      sharing.happen(revoked("g", 60));
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(at(200));
      sharing.watermark(300);
      assertThat(sharing.seen()).containsExactly("ann g 200");
    }
  }

  @Test
  void lateRevoke_endsItsGrantAtOnce_lateOthersAreReported() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.watermark(1_000);
      sharing.happen(revoked("g", 500));
      sharing.happen(at(900));
      sharing.happen(given("h", "bob", 700, Grant.NEVER));
      sharing.happen(at(1_001));
      sharing.watermark(2_000);
      assertThat(sharing.seen()).containsExactly("-g 500");
      assertThat(sharing.late()).extracting(late -> late.f0.at()).containsExactly(900L, 700L);
    }
  }

  @Test
  void arrival_olderAndDuplicatePositions_areDropped() throws Exception {
    try (Sharing sharing = new Sharing(LIVE)) {
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(at(300));
      sharing.happen(at(200));
      sharing.happen(at(300));
      sharing.happen(at(301));
      assertThat(sharing.seen()).containsExactly("ann g 300", "ann g 301");
    }
  }

  @Test
  void impossiblePosition_isRefused_andTheNextIsMeasuredFromTheOneBefore() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(at(1_000));
      sharing.happen(located(2_000, 1));
      sharing.happen(located(3_000, 0.001));
      sharing.watermark(5_000);
      assertThat(sharing.seen()).containsExactly("ann g 1000", "ann g 3000");
      assertThat(sharing.impossible()).extracting(OwnerEvent::at).containsExactly(2_000L);
    }
  }

  @Test
  void coalesce_viewersGetTheFirstAndThenTheNewest() throws Exception {
    try (Sharing sharing = new Sharing(new ShareSpec(340, 1_000, true, false))) {
      sharing.happen(given("g", "ann", 100, Grant.NEVER));
      sharing.happen(given("short", "bob", 100, 1_500));
      for (long time : new long[] {1_000, 1_200, 1_400, 2_100, 5_000}) {
        sharing.happen(at(time));
      }
      sharing.watermark(1_600);
      sharing.restart();
      sharing.watermark(9_000);
      assertThat(sharing.seen())
          .as("what waits is not told to whose grant has ended meanwhile")
          .containsExactly(
              "ann g 1000",
              "bob short 1000",
              "-short 1500",
              "ann g 1400",
              "ann g 2100",
              "ann g 5000");
    }
  }

  @Test
  void manyViewers_areOnSeveralPages_andEachGetsEveryPosition() throws Exception {
    try (Sharing sharing = new Sharing(LIVE)) {
      int viewers = 2 * ShareSpec.PAGE_VIEWERS + 1;
      for (int i = 0; i < viewers; i++) {
        sharing.happen(given("g" + i, "viewer" + i, 100, Grant.NEVER));
      }
      sharing.happen(given("second", "viewer0", 100, Grant.NEVER));
      sharing.happen(at(200));
      assertThat(sharing.seen()).hasSize(viewers).doesNotHaveDuplicates();
      sharing.happen(revoked("g150", 300));
      sharing.happen(at(400));
      assertThat(sharing.seen()).hasSize(viewers).contains("-g150 300");
    }
  }

  private static OwnerEvent place(long at, boolean deleted) {
    return OwnerEvent.placed(
        "owner", new Place("home", at, "Home", Fence.circle(0, 0, 100), 30, 5_000, deleted));
  }

  /** A position so many metres north of the place. */
  private static OwnerEvent north(long at, double meters, double accuracyMeters) {
    double latitude = meters / Sphere.METERS_PER_DEGREE;
    return OwnerEvent.located(
        "owner", new Position("", at, latitude, 0, accuracyMeters, null, null, null, ""));
  }

  @Test
  void place_waveringAtItsEdge_isEnteredAndLeftOnce() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(place(500, false));
      sharing.happen(north(1_000, 101, 0));
      sharing.happen(north(2_000, 100, 0));
      sharing.happen(north(3_000, 129, 0));
      sharing.happen(north(4_000, 90, 0));
      sharing.happen(north(5_000, 150, 60));
      sharing.happen(north(6_000, 131, 0));
      sharing.watermark(5_500);
      sharing.restart();
      sharing.happen(north(7_000, 129, 0));
      sharing.watermark(20_000);
      assertThat(sharing.atPlaces())
          .as("the dwell of five seconds would be at 7000, after the exit")
          .containsExactly("ENTER 2000 2000", "EXIT 6000 2000");
    }
  }

  @Test
  void place_stayedIn_dwellsOnceAlsoWithoutPositions() throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(place(500, false));
      sharing.happen(north(1_000, 0, 0));
      sharing.happen(north(9_000, 500, 0));
      sharing.watermark(6_000);
      assertThat(sharing.atPlaces()).containsExactly("ENTER 1000 1000", "DWELL 6000 1000");
      sharing.watermark(9_000);
      sharing.happen(place(10_000, true));
      sharing.happen(north(11_000, 0, 0));
      sharing.watermark(11_000 + ShareSpec.KEPT_MILLIS);
      assertThat(sharing.atPlaces()).hasSize(3).last().isEqualTo("EXIT 9000 1000");
      assertThat(sharing.entries()).isZero();
      assertThat(sharing.timers()).isZero();
    }
  }

  @Test
  void place_underArrival_dwellComesBeforeTheExitThatShowsIt() throws Exception {
    try (Sharing sharing = new Sharing(LIVE)) {
      sharing.happen(place(500, false));
      sharing.happen(north(1_000, 0, 0));
      sharing.happen(north(7_000, 500, 0));
      assertThat(sharing.atPlaces())
          .containsExactly("ENTER 1000 1000", "DWELL 6000 1000", "EXIT 7000 1000");
    }
  }

  @ParameterizedTest
  @CsvSource({"5999, false", "6000, true"})
  void endOfInput_whatIsDueByItsLargestTime_happens(long end, boolean dwells) throws Exception {
    try (Sharing sharing = new Sharing(IN_EVENT_TIME)) {
      sharing.happen(place(500, false));
      sharing.happen(north(1_000, 0, 0));
      sharing.happen(OwnerEvent.time("another", end));
      sharing.restart();
      sharing.watermark(Long.MAX_VALUE);
      assertThat(sharing.atPlaces())
          .isEqualTo(
              dwells ? List.of("ENTER 1000 1000", "DWELL 6000 1000") : List.of("ENTER 1000 1000"));
    }
  }
}
