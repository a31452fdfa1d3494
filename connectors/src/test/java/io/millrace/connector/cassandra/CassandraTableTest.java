package io.millrace.connector.cassandra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.connector.cassandra.CassandraTable.Column;
import io.millrace.schema.listening.SongPlayed;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CassandraTableTest {
  private static final Column KEY = new Column("k", "text");
  private static final CassandraTable PLAYS = ListeningEvents.table(new Configuration());

  @Test
  void insert_bindsEveryValueAndTheTime() {
    CassandraTable table =
        new CassandraTable("ks", "t", List.of(KEY), List.of(new Column("v", "bigint")), "t.cql");

    assertThat(table.insert()).isEqualTo("INSERT INTO ks.t (k, v) VALUES (?, ?) USING TIMESTAMP ?");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "T", "a b", "a\"", "a;", "a--", "é", "a)"})
  void new_notAName_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CassandraTable("ks", name, List.of(KEY), List.of(), "t.cql"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CassandraTable(name, "t", List.of(KEY), List.of(), "t.cql"));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new CassandraTable(
                    "ks", "t", List.of(KEY), List.of(new Column(name, "text")), "t.cql"));
  }

  @Test
  void new_noKeyOrAColumnTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CassandraTable("ks", "t", List.of(), List.of(KEY), "t.cql"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CassandraTable("ks", "t", List.of(KEY), List.of(KEY), "t.cql"));
  }

  @Test
  void row_notOneValueForEachColumn_orNoKey_isRefused() {
    CassandraTable table =
        new CassandraTable("ks", "t", List.of(KEY), List.of(new Column("v", "text")), "t.cql");

    assertThatIllegalArgumentException().isThrownBy(() -> table.row(1, "k"));
    assertThatIllegalArgumentException().isThrownBy(() -> table.row(1, "k", "v", "w"));
    assertThatIllegalArgumentException().isThrownBy(() -> table.row(1, null, "v"));
    assertThatIllegalArgumentException().isThrownBy(() -> table.row(Long.MIN_VALUE, "k", "v"));
    assertThat(table.row(1, "k", null).values()).isEqualTo(Arrays.asList("k", null));
  }

  @Test
  void row_key_isThatOfItsTableWithoutVersionAndValues() {
    CassandraTable table =
        new CassandraTable("ks", "t", List.of(KEY), List.of(new Column("v", "text")), "t.cql");
    CassandraTable other =
        new CassandraTable("ks", "u", List.of(KEY), List.of(new Column("v", "text")), "u.cql");

    assertThat(table.row(1, "k", "v").key())
        .isEqualTo(table.row(2, "k", "w").key())
        .isNotEqualTo(table.row(1, "l", "v").key())
        .isNotEqualTo(other.row(1, "k", "v").key());
    assertThat(table.row(1, "k", "v").keyText()).isEqualTo("k");
  }

  @ParameterizedTest
  @CsvSource({
    "PT1H, 2026-11-24T10:59:59.999Z, 2026-11-24T10:00:00Z",
    "PT1H, 2026-11-24T11:00:00Z, 2026-11-24T11:00:00Z",
    "PT10M, 2026-11-24T10:59:59.999Z, 2026-11-24T10:50:00Z",
    "PT24H, 2026-11-24T10:59:59.999Z, 2026-11-24T00:00:00Z",
    "PT1H, 1969-12-31T23:59:59.999Z, 1969-12-31T23:00:00Z",
  })
  void rows_play_isInTheBucketOfItsTime(Duration width, Instant at, Instant bucket) {
    SongPlayed play =
        new SongPlayed("p", at.toEpochMilli(), "s", "u", "DE", 30_000, null, "artist");

    CassandraRow row = ListeningEvents.rows(PLAYS, width).apply(play);

    assertThat(row.values())
        .isEqualTo(Arrays.asList("DE", bucket, at, "p", "s", "u", 30_000L, null, "artist"));
    assertThat(row.version()).isEqualTo(at.toEpochMilli() * 1_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT59S", "PT7M", "PT25H", "PT-1H"})
  void rows_bucketThatIsNoPartOfADay_isRefused(Duration width) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListeningEvents.rows(PLAYS, width))
        .withMessageContaining(width.toString());
  }

  @Test
  void statements_ofTheFile_createWhatTheTableNames() throws Exception {
    List<String> statements = CassandraSchema.statements(PLAYS.schemaFile());

    assertThat(statements).singleElement().asString().startsWith("CREATE TABLE IF NOT EXISTS");
    for (Column column : PLAYS.columns()) {
      assertThat(statements.get(0)).contains("  " + column.name() + " " + column.type() + ",\n");
    }
  }
}
