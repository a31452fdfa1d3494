package io.millrace.connector.postgres;

import java.util.List;

/** A row of the table of tests. */
public record Reading(String id, long version, String body, long amount) {
  static final PostgresTable TABLE =
      new PostgresTable(
          "readings",
          List.of(new PostgresTable.Column("id", PostgresType.TEXT)),
          List.of(
              new PostgresTable.Column("body", PostgresType.TEXT),
              new PostgresTable.Column("amount", PostgresType.BIGINT)),
          "version");

  /** The n-th of a stream over {@code keys} keys: its version rises, and all follows from n. */
  static Reading of(long n, long keys) {
    return new Reading("reading-" + n % keys, n, "body of " + n, n);
  }

  PostgresRow row() {
    return TABLE.row(List.of(id), version, body, amount);
  }
}
