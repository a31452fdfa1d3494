package io.millrace.local.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import io.millrace.schema.payments.LedgerEntryRecorded;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerEntriesFeedTest {
  private static final long NOW = 1_764_151_200_000L;
  private static final long HOUR = 3_600_000;

  private static List<LedgerEntryRecorded> entries(long seed, int count) throws Exception {
    LedgerEntriesFeed feed = new LedgerEntriesFeed(seed);
    List<LedgerEntryRecorded> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      entries.add(Topics.RECON_ENTRIES.codec().decode(feed.next(NOW + i * 10L)));
    }
    return entries;
  }

  @Test
  void next_sameSeed_sameRecords() throws Exception {
    assertThat(entries(3, 500)).isEqualTo(entries(3, 500)).isNotEqualTo(entries(4, 500));
  }

  @Test
  void next_mostOrdersArePaidAndCredited_andSomeGoWrong() throws Exception {
    Map<String, Integer> ledgers = new HashMap<>();
    Set<String> ids = new HashSet<>();
    int again = 0;
    for (LedgerEntryRecorded entry : entries(1, 36_000)) {
      ledgers.merge(entry.ledger(), 1, Integer::sum);
      assertThat(ids.add(entry.entryId())).as(entry.entryId()).isTrue();
      again += entry.entryId().endsWith("-again") ? 1 : 0;
      assertThat(entry.at()).isBetween(NOW - 6 * HOUR, NOW + HOUR);
    }
    assertThat(ledgers).containsOnlyKeys("orders", "payments", "bank");
    assertThat(ledgers.get("payments")).isBetween(9_000, 14_000);
    assertThat(again).isBetween(100, 400);
  }

  @Test
  void rulesAndFees_areThereFromTheStart() throws Exception {
    MatchRulesFeed rules = new MatchRulesFeed();
    byte[] first = Objects.requireNonNull(rules.next(NOW));
    assertThat(Topics.RECON_RULES.codec().decode(first).at()).isLessThan(NOW - 6 * HOUR);
    assertThat(rules.next(NOW)).isNotNull();
    assertThat(rules.next(NOW)).isNull();
    FeesFeed fees = new FeesFeed();
    assertThat(fees.next(NOW)).isNotNull();
    assertThat(fees.next(NOW)).isNull();
  }
}
