package io.millrace.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.dashboard.RowTable.Cursor;
import io.millrace.local.dashboard.RowTable.Frame;
import io.millrace.local.dashboard.RowTable.Kind;
import io.millrace.local.dashboard.RowTable.Limits;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RowTableTest {
  private static final Limits ROOMY = new Limits(10_000, 10_000_000);
  private static final long FIRST = 1_000;

  private final RowTable table = new RowTable("x.live", Kind.LATEST, ROOMY, FIRST);

  /** Reads as a page does: applies what it is told. */
  private static final class Reader {
    private final RowTable table;
    private final Map<String, String> rows = new HashMap<>();
    private Cursor cursor = Cursor.START;
    private JsonNode last = new ObjectMapper().createObjectNode();

    Reader(RowTable table) {
      this.table = table;
    }

    Reader read() throws Exception {
      boolean more = true;
      while (more) {
        Frame frame = table.since(cursor);
        cursor = frame.next();
        more = frame.more();
        last = new ObjectMapper().readTree(frame.json());
        if (last.path("reset").asBoolean()) {
          rows.clear();
        }
        for (JsonNode row : last.path("rows")) {
          if (row.path(1).isNull()) {
            rows.remove(row.path(0).asText());
          } else {
            rows.put(row.path(0).asText(), row.path(1).toString());
          }
        }
      }
      return this;
    }

    long told() {
      return last.path("rows").size();
    }
  }

  private void put(String key, long version, int value) {
    table.put(key, "v", "s1", version, String.valueOf(value));
  }

  @Test
  void put_versionNotGreater_isDropped() throws Exception {
    put("a", 7, 1);
    put("a", 7, 2);
    put("a", 6, 3);
    assertThat(new Reader(table).read().rows).containsExactly(Map.entry("a", "1"));
    put("a", 8, 4);
    assertThat(new Reader(table).read().rows).containsExactly(Map.entry("a", "4"));
  }

  @Test
  void put_sameContent_isNoChangeButItsVersionCounts() {
    put("a", 7, 1);
    long changes = table.changes();
    put("a", 9, 1);
    assertThat(table.changes()).isEqualTo(changes);
    put("a", 8, 2);
    assertThat(table.changes()).isEqualTo(changes);
  }

  @Test
  void remove_row_isToldAndStaysAway() throws Exception {
    put("a", 7, 1);
    put("b", 7, 1);
    Reader reader = new Reader(table).read();
    table.remove("a");
    put("a", 7, 1);
    assertThat(reader.read().rows).containsOnlyKeys("b");
    put("a", 8, 2);
    assertThat(reader.read().rows).containsOnlyKeys("a", "b");
  }

  @Test
  void since_lateReader_isCompleteAtOnce() throws Exception {
    for (int i = 0; i < 3_000; i++) {
      put("row-" + i, 1, i);
    }
    table.remove("row-7");
    Reader late = new Reader(table).read();
    assertThat(late.rows).hasSize(2_999).doesNotContainKey("row-7").containsEntry("row-9", "9");
    put("row-9", 2, 90);
    assertThat(late.read().told()).isEqualTo(1);
    assertThat(late.rows).containsEntry("row-9", "90");
  }

  @Test
  void since_manyChangesOfARow_areOne() throws Exception {
    put("a", 1, 0);
    Reader reader = new Reader(table).read();
    for (int version = 2; version <= 5_000; version++) {
      put("a", version, version);
    }
    assertThat(reader.read().told()).isEqualTo(1);
    assertThat(reader.rows).containsEntry("a", "5000");
  }

  @Test
  void heartbeat_rowsOfEarlierSnapshots_leave() throws Exception {
    table.put("a", "v", "s1", 1, "1");
    table.put("b", "v", "s1", 1, "1");
    table.put("c", "w", "s1", 1, "1");
    table.put("a", "v", "s2", 2, "1");
    table.heartbeat("v", "s2", 3, 1);
    assertThat(new Reader(table).read().rows).containsOnlyKeys("a", "c");
  }

  @Test
  void heartbeat_overtakesItsRows_waitsForThem() throws Exception {
    table.put("a", "v", "s1", 1, "1");
    table.put("b", "v", "s1", 1, "1");
    table.heartbeat("v", "s2", 3, 1);
    assertThat(new Reader(table).read().rows).containsOnlyKeys("a", "b");
    table.put("a", "v", "s2", 2, "1");
    assertThat(new Reader(table).read().rows).containsOnlyKeys("a");
  }

  @Test
  void heartbeat_ofEarlierSnapshotComesLate_keepsLaterRows() throws Exception {
    table.put("a", "v", "s5", 50, "1");
    table.put("b", "v", "s5", 51, "1");
    table.put("old", "v", "s0", 1, "1");
    table.heartbeat("v", "s1", 10, 0);
    assertThat(new Reader(table).read().rows).containsOnlyKeys("a", "b");
    table.put("old", "v", "s2", 20, "1");
    table.heartbeat("v", "s5", 52, 2);
    assertThat(new Reader(table).read().rows).containsOnlyKeys("a", "b");
  }

  @Test
  void put_moreThanTheLimit_theOldestLeave() throws Exception {
    RowTable small = new RowTable("x.live", Kind.LATEST, new Limits(10, 1_000_000), FIRST);
    Reader reader = new Reader(small);
    for (int i = 0; i < 100; i++) {
      small.put("row-" + i, "v", "s", 1, "1");
      reader.read();
    }
    assertThat(small.size()).isEqualTo(10);
    assertThat(reader.rows).hasSize(10).containsKeys("row-90", "row-99");
    assertThat(new Reader(small).read().rows).isEqualTo(reader.rows);
  }

  @Test
  void put_largeRows_areBoundedByTheirLength() {
    RowTable small = new RowTable("x.live", Kind.LATEST, new Limits(1_000, 10_000), FIRST);
    for (int i = 0; i < 100; i++) {
      small.put("row-" + i, "v", "s", 1, '"' + "x".repeat(1_000) + '"');
    }
    assertThat(small.size()).isLessThan(10);
  }

  @Test
  void since_moreLeftThanIsRemembered_startsAfreshOnce() throws Exception {
    RowTable small = new RowTable("x.live", Kind.LATEST, new Limits(2_500, 1_000_000), FIRST);
    small.put("gone", "v", "s", 1, "1");
    Reader away = new Reader(small).read();
    small.remove("gone");
    for (int i = 0; i < 9_000; i++) {
      small.put("row-" + i, "v", "s", 1, "1");
    }
    away.read();
    assertThat(away.rows).hasSize(2_500).doesNotContainKey("gone");
    small.put("row-8999", "v", "s", 2, "2");
    assertThat(away.read().told()).isEqualTo(1);
  }

  @Test
  void since_readerOfAnEarlierTable_startsAfresh() throws Exception {
    put("a", 1, 1);
    Reader reader = new Reader(table).read();
    RowTable anew = new RowTable("x.live", Kind.LATEST, ROOMY, FIRST + 1_000);
    anew.put("b", "v", "s", 1, "1");
    Frame frame = anew.since(reader.cursor);
    assertThat(new ObjectMapper().readTree(frame.json()).path("reset").asBoolean()).isTrue();
  }

  @Test
  void log_moreThanCanBeFollowed_theNewestAreTold() throws Exception {
    RowTable log = new RowTable("x", Kind.LOG, new Limits(2_000, 1_000_000), FIRST);
    log.append("0-0", "{}");
    log.caughtUp();
    Reader reader = new Reader(log).read();
    for (int i = 1; i <= 10_000; i++) {
      log.append("0-" + i, String.valueOf(i));
    }
    reader.read();
    assertThat(log.size()).isEqualTo(2_000);
    assertThat(reader.told()).isEqualTo(500);
    assertThat(reader.last.path("skipped").asLong()).isEqualTo(9_500);
    assertThat(reader.rows).containsKey("0-10000").containsKey("0-9501");
  }

  @Test
  void log_whatItsTopicHadBefore_wasNotMissed() throws Exception {
    RowTable log = new RowTable("x", Kind.LOG, new Limits(2_000, 1_000_000), FIRST);
    log.append("0-0", "{}");
    Reader reader = new Reader(log).read();
    for (int i = 1; i <= 3_000; i++) {
      log.append("0-" + i, "{}");
    }
    assertThat(reader.read().last.path("skipped").asLong()).isZero();
    for (int i = 3_001; i <= 4_000; i++) {
      log.append("0-" + i, "{}");
    }
    log.caughtUp();
    for (int i = 4_001; i <= 4_700; i++) {
      log.append("0-" + i, "{}");
    }
    reader.read();
    assertThat(reader.rows).containsKey("0-4201").doesNotContainKey("0-4200");
    assertThat(reader.last.path("skipped").asLong()).as("of the 700 that are new").isEqualTo(200);
  }
}
