package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SongPlaysFeedTest {
  private static final long NOW = 1_764_151_200_000L;
  private static final long HOUR = 3_600_000;

  /** As many plays a second of the clock as there are milliseconds in five. */
  private static List<SongPlayed> plays(long seed, int count) throws Exception {
    JsonCodec<SongPlayed> codec = Topics.LISTENING_PLAYS.codec();
    SongPlaysFeed feed = new SongPlaysFeed(seed);
    List<SongPlayed> plays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] json = feed.next(NOW + i * 5L);
      assertThat(json).isNotNull();
      plays.add(codec.decode(json));
    }
    return plays;
  }

  @Test
  void next_sameSeed_sameRecords() throws Exception {
    assertThat(plays(3, 500)).isEqualTo(plays(3, 500)).isNotEqualTo(plays(4, 500));
  }

  @Test
  void next_passesSixHoursInSixMinutesAndThenKeepsTheTime() throws Exception {
    List<SongPlayed> plays = plays(1, 80_000);
    assertThat(plays.get(0).at()).isBetween(NOW - 6 * HOUR - 2_000, NOW - 6 * HOUR);
    assertThat(plays.get(36_000).at()).isBetween(NOW - 3 * HOUR - 3_000, NOW - 3 * HOUR);
    assertThat(plays.get(79_999).at()).isBetween(NOW + 398_000, NOW + 400_000);
  }

  @Test
  void next_holdsWhatTheJobHasToDealWith() throws Exception {
    List<SongPlayed> plays = plays(1, 72_000);
    Set<String> ids = new HashSet<>();
    Map<String, Integer> regions = new HashMap<>();
    Map<String, Map<Long, Integer>> hoursOfSongs = new HashMap<>();
    int repeated = 0;
    int tooShort = 0;
    int ofBots = 0;
    for (SongPlayed play : plays) {
      repeated += ids.add(play.playId()) ? 0 : 1;
      tooShort += play.durationPlayedMillis() < 30_000 ? 1 : 0;
      ofBots += play.userId().startsWith("bot-") ? 1 : 0;
      regions.merge(play.region(), 1, Integer::sum);
      hoursOfSongs
          .computeIfAbsent(play.songId(), any -> new HashMap<>())
          .merge(Math.floorDiv(play.at(), HOUR), 1, Integer::sum);
    }
    assertThat(repeated).isBetween(500, 1_000);
    assertThat(tooShort).isBetween(8_000, 10_000);
    assertThat(ofBots).isBetween(1_000, 1_400);
    assertThat(regions.keySet()).containsExactlyInAnyOrder("BR", "DE", "IN", "JP", "NG", "US");
    assertThat(regions.values()).allMatch(count -> count > 2_000);
    // A song that came out two hours after the start is played hundreds of times an hour later.
    String release = FeedSongs.id(FeedSongs.release(NOW - 4 * HOUR));
    Map<Long, Integer> hours = hoursOfSongs.getOrDefault(release, Map.of());
    assertThat(hours.values()).anyMatch(count -> count > 200);
    assertThat(hours).doesNotContainKey(Math.floorDiv(NOW - 6 * HOUR, HOUR));
  }

  @Test
  void catalogue_tellsEverySongOnceAndReleasesLater() throws Exception {
    JsonCodec<SongCatalogued> codec = Topics.LISTENING_SONGS.codec();
    SongsFeed feed = new SongsFeed();
    List<SongCatalogued> songs = new ArrayList<>();
    for (int i = 0; i < 72_000; i++) {
      byte[] json = feed.next(NOW + i * 5L);
      if (json != null) {
        songs.add(codec.decode(json));
      }
    }
    assertThat(songs).extracting(SongCatalogued::songId).doesNotHaveDuplicates();
    assertThat(songs).hasSizeBetween(FeedSongs.OLD + 8, FeedSongs.OLD + 11);
    SongCatalogued last = songs.get(songs.size() - 1);
    assertThat(last.at()).isLessThanOrEqualTo(NOW + 360_000);
    assertThat(last.title()).isNotEmpty();
  }
}
