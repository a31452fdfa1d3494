package io.millrace.job.files;

import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresScript;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.postgres.PostgresType;
import io.millrace.schema.files.FileIngested;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The table of PostgreSQL with a row for each file, as far as it is. */
final class FileManifest {
  static final PostgresScript SCRIPT = new PostgresScript(FileManifest.class, "file-ingestion.sql");

  static final PostgresTable FILES =
      new PostgresTable(
          "ingested_files",
          List.of(new Column("file_id", PostgresType.TEXT)),
          List.of(
              new Column("file", PostgresType.TEXT),
              new Column("size_bytes", PostgresType.BIGINT),
              new Column("sha256", PostgresType.TEXT),
              new Column("state", PostgresType.TEXT),
              new Column("rows_in", PostgresType.BIGINT),
              new Column("rows_out", PostgresType.BIGINT),
              new Column("dead_letters", PostgresType.BIGINT),
              new Column("modified_at", PostgresType.TIMESTAMP),
              new Column("started_at", PostgresType.TIMESTAMP),
              new Column("finished_at", PostgresType.TIMESTAMP),
              new Column("message", PostgresType.TEXT)),
          "revision");

  private FileManifest() {}

  static PostgresRow row(FileIngested file) {
    return FILES.row(
        List.of(file.fileId()),
        file.revision(),
        file.file(),
        file.size(),
        file.sha256(),
        file.state().name().toLowerCase(Locale.ROOT),
        file.rowsIn(),
        file.rowsOut(),
        file.deadLetters(),
        Instant.ofEpochMilli(file.modifiedAt()),
        moment(file.startedAt()),
        moment(file.finishedAt()),
        file.message() == null ? null : file.message().replace('\0', ' '));
  }

  private static @Nullable Instant moment(@Nullable Long at) {
    return at == null ? null : Instant.ofEpochMilli(at);
  }
}
