package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.listening.SongPlayed;
import org.junit.jupiter.api.Test;

class SinkRowsTest {
  @Test
  void found_everyRowOnce_nothingIsMissingOrExtra() {
    SinkRows rows = new SinkRows(3);
    rows.found(SinkRows.row(2));
    rows.found(SinkRows.row(0));
    rows.found(SinkRows.row(1));

    assertThat(rows.right()).isEqualTo(3);
    assertThat(rows.missing()).isZero();
    assertThat(rows.extra()).isZero();
  }

  @Test
  void found_oneLeftOut_isMissingAndChangesTheChecksum() {
    SinkRows all = new SinkRows(2);
    all.found(SinkRows.row(0));
    all.found(SinkRows.row(1));
    SinkRows some = new SinkRows(2);
    some.found(SinkRows.row(0));

    assertThat(some.missing()).isEqualTo(1);
    assertThat(some.checksum()).isNotEqualTo(all.checksum());
  }

  @Test
  void found_twiceOrChangedOrNotOurs_isExtra() {
    SinkRows rows = new SinkRows(2);
    SongPlayed row = SinkRows.row(1);
    rows.found(SinkRows.row(0));
    rows.found(SinkRows.row(0));
    rows.found(
        new SongPlayed(row.playId(), row.at(), row.songId(), row.userId(), "DE", 1, null, null));
    rows.found(SinkRows.row(2));
    rows.found(new SongPlayed("other", 1, "s", "u", "r", 1, null, null));
    rows.foundOthers(7);

    assertThat(rows.right()).isEqualTo(1);
    assertThat(rows.missing()).isEqualTo(1);
    assertThat(rows.extra()).isEqualTo(4 + 7);
  }
}
