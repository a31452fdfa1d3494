package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionReported;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LocationFeedsTest {
  private static final long NOW = 1_764_151_200_000L;

  /** What a feed gives in a minute, asked every ten milliseconds. */
  private static <T extends Record> List<T> minute(SeededFeed feed, Topic<T> topic)
      throws Exception {
    List<T> records = new ArrayList<>();
    for (int i = 0; i < 6_000; i++) {
      byte[] record = feed.next(NOW + i * 10L);
      if (record != null) {
        records.add(topic.codec().decode(record));
      }
    }
    return records;
  }

  private static List<PlaceDrawn> places(long seed) throws Exception {
    return minute(new LocationPlacesFeed(seed), Topics.LOCATION_FENCES);
  }

  private static List<NearbyAsked> questions(long seed) throws Exception {
    return minute(new NearbyQuestionsFeed(seed), Topics.LOCATION_NEARBY_REQUESTS);
  }

  @Test
  void next_sameSeed_sameRecords() throws Exception {
    assertThat(places(3)).isEqualTo(places(3)).isNotEqualTo(places(4));
    assertThat(questions(3)).isEqualTo(questions(3)).isNotEqualTo(questions(4));
  }

  @Test
  void everybody_hasAHome_whereTheyAreAtFirst_andSomeLeaveIt() throws Exception {
    Map<String, PlaceDrawn> homes =
        places(5).stream()
            .filter(place -> place.fenceId().equals("home"))
            .collect(Collectors.toMap(PlaceDrawn::ownerId, place -> place));
    assertThat(homes).hasSize(LocationUpdatesFeed.USERS);
    int gone = 0;
    for (PositionReported position : minute(new LocationUpdatesFeed(5), Topics.LOCATION_UPDATES)) {
      PlaceDrawn home = Objects.requireNonNull(homes.get(position.userId()));
      double north = position.latitude() - Objects.requireNonNull(home.fence().latitude());
      double metersNorth = Math.abs(Math.toRadians(north)) * 6_371_000;
      boolean isAtFirst = position.at() < NOW + 1_000;
      if (isAtFirst && metersNorth < 100_000) {
        assertThat(metersNorth).isLessThan(60);
      }
      gone += metersNorth > 75 && metersNorth < 100_000 ? 1 : 0;
    }
    assertThat(gone).isPositive();
  }

  @Test
  void oldTown_isKnownToAllAtFirst_thenForgottenByOneEveryTenSeconds() throws Exception {
    List<PlaceDrawn> town =
        places(5).stream().filter(place -> place.fenceId().equals("old-town")).toList();
    assertThat(town).hasSize(LocationUpdatesFeed.USERS + 5);
    assertThat(town).allMatch(place -> place.fence().type() == FenceType.POLYGON);
    List<PlaceDrawn> forgotten =
        town.stream().filter(place -> Boolean.TRUE.equals(place.deleted())).toList();
    assertThat(forgotten).extracting(PlaceDrawn::ownerId).startsWith("user-0", "user-1");
    assertThat(forgotten).hasSize(5);
  }

  @Test
  void questions_comeFiveTimesASecond() throws Exception {
    List<NearbyAsked> questions = questions(5);
    assertThat(questions).hasSize(300);
    assertThat(questions).extracting(NearbyAsked::requestId).doesNotHaveDuplicates();
    assertThat(questions).allMatch(each -> each.radiusMeters() >= 500);
  }
}
