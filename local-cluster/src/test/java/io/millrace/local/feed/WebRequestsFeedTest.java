package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.web.RequestServed;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WebRequestsFeedTest {
  private static final long NOW = 1_700_000_000_000L;

  @Test
  void next_sameSeed_sameRecords() {
    WebRequestsFeed one = new WebRequestsFeed(7);
    WebRequestsFeed two = new WebRequestsFeed(7);
    for (int i = 0; i < 1_000; i++) {
      assertThat(one.next(NOW + i)).isEqualTo(two.next(NOW + i));
    }
    assertThat(new WebRequestsFeed(8).next(NOW)).isNotEqualTo(new WebRequestsFeed(7).next(NOW));
  }

  @Test
  void next_decoded_isValidAndRecent() throws Exception {
    WebRequestsFeed feed = new WebRequestsFeed(1);
    JsonCodec<RequestServed> codec = Topics.WEB_REQUESTS.codec();
    for (int i = 0; i < 1_000; i++) {
      RequestServed request = codec.decode(feed.next(NOW));
      assertThat(request.at()).isBetween(NOW - 2_000, NOW);
      assertThat(request.url()).startsWith(request.path());
    }
  }

  @Test
  void request_paths_followZipf() {
    WebRequestsFeed feed = new WebRequestsFeed(1);
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < 100_000; i++) {
      counts.merge(feed.request(NOW).path(), 1, Integer::sum);
    }
    int first = counts.getOrDefault("/artists/blue-river-0", 0);
    int second = counts.getOrDefault("/albums/blue-river-1", 0);
    // Weights 1 and 2^-1.1 = 0.47 of a sum of about 6.6 over 10,000 ranks.
    assertThat(first).isBetween(14_000, 16_300);
    assertThat((double) second / first).isBetween(0.43, 0.51);
    assertThat(counts.size()).isGreaterThan(5_000);
  }

  @Test
  void draw_exponentZero_isUniform() {
    Zipf zipf = new Zipf(4, 0);
    int[] counts = new int[4];
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 40_000; i++) {
      counts[zipf.draw(random)]++;
    }
    for (int count : counts) {
      assertThat(count).isBetween(9_600, 10_400);
    }
  }
}
