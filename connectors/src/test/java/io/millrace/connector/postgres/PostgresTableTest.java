package io.millrace.connector.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.connector.postgres.PostgresTable.Column;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresTableTest {
  private static final Column ID = new Column("id", PostgresType.TEXT);

  @Test
  void upsert_columns_areQuotedAndBound() {
    PostgresTable table =
        new PostgresTable(
            "ledger.order",
            List.of(ID, new Column("day", PostgresType.INTEGER)),
            List.of(new Column("sum", PostgresType.NUMERIC)),
            "version");

    assertThat(table.upsert())
        .isEqualTo(
            "INSERT INTO \"ledger\".\"order\" AS stored (\"id\", \"day\", \"sum\", \"version\")"
                + " SELECT * FROM unnest(?::text[], ?::int4[], ?::numeric[], ?::int8[])"
                + " ON CONFLICT (\"id\", \"day\") DO UPDATE SET \"sum\" = excluded.\"sum\","
                + " \"version\" = excluded.\"version\""
                + " WHERE excluded.\"version\" > stored.\"version\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "a.", "a.b.c", "1a", "A", "a b", "a\"b", "a;b", "a'b", "é", "a\0"})
  void new_nameOutsideThePattern_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable(name, List.of(ID), List.of(), "version"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable("t", List.of(ID), List.of(), name));
    assertThatIllegalArgumentException().isThrownBy(() -> new Column(name, PostgresType.TEXT));
  }

  @Test
  void new_nameThatPostgresWouldCut_isRefused() {
    assertThat(new Column("a".repeat(63), PostgresType.TEXT).name()).hasSize(63);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Column("a".repeat(64), PostgresType.TEXT));
  }

  @Test
  void new_noKeyOrKeyOfBytesOrNameTwice_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable("t", List.of(), List.of(), "version"))
        .withMessageContaining("key");
    List<Column> bytes = List.of(new Column("id", PostgresType.BYTES));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable("t", bytes, List.of(), "version"))
        .withMessageContaining("bytes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable("t", List.of(ID), List.of(ID), "version"))
        .withMessageContaining("two columns of the name id");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PostgresTable("t", List.of(ID), List.of(), "id"))
        .withMessageContaining("two columns of the name id");
  }

  @Test
  void row_valuesThatFit_areKept() {
    PostgresRow row = Reading.TABLE.row(List.of("a"), 3, null, 7L);

    assertThat(row.key()).isEqualTo(List.of("a"));
    assertThat(row.keyText()).isEqualTo("a");
    assertThat(row.version()).isEqualTo(3);
    assertThat(row.values()).containsExactly(null, 7L);
    assertThat(row.bytes()).isBetween(100, 300);
  }

  @Test
  void row_valuesThatDoNotFit_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reading.TABLE.row(List.of("a"), 1, "body"))
        .withMessageContaining("readings");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reading.TABLE.row(List.of("a"), 1, "body", 7))
        .withMessageContaining("column amount of table readings takes a Long, not a Integer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Reading.TABLE.row(List.of(1L), 1, "body", 7L))
        .withMessageContaining("column id");
  }
}
