package io.millrace.job.logs;

import io.millrace.connector.postgres.PostgresRow;
import io.millrace.connector.postgres.PostgresScript;
import io.millrace.connector.postgres.PostgresTable;
import io.millrace.connector.postgres.PostgresTable.Column;
import io.millrace.connector.postgres.PostgresType;
import io.millrace.schema.Topics;
import io.millrace.schema.media.MediaCatalogued;
import io.millrace.schema.media.MediaUploaded;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Turns uploads of media files into rows of the topic and of the table of PostgreSQL. */
final class MediaRows {
  static final PostgresScript SCRIPT = new PostgresScript(MediaRows.class, "log-ingestion.sql");

  static final PostgresTable FILES =
      new PostgresTable(
          "media_files",
          List.of(new Column("media_id", PostgresType.TEXT)),
          List.of(
              new Column("sha256", PostgresType.TEXT),
              new Column("size_bytes", PostgresType.BIGINT),
              new Column("content_type", PostgresType.TEXT),
              new Column("location", PostgresType.TEXT),
              new Column("file_name", PostgresType.TEXT),
              new Column("uploaded_by", PostgresType.TEXT),
              new Column("changed_at", PostgresType.TIMESTAMP),
              new Column("deleted", PostgresType.BOOLEAN),
              new Column("body", PostgresType.JSONB)),
          "version");

  private MediaRows() {}

  static long version(MediaUploaded upload) {
    return upload.version() == null ? 0 : upload.version();
  }

  /** SHA-256 of all that an upload says, in hexadecimal. */
  static String digest(MediaUploaded upload) {
    byte[] said = Topics.LOG_INGESTION_MEDIA.codec().encode(catalogued(upload));
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(said));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static MediaCatalogued catalogued(MediaUploaded upload) {
    return new MediaCatalogued(
        upload.mediaId(),
        version(upload),
        upload.at(),
        upload.sha256(),
        upload.sizeBytes(),
        upload.contentType(),
        upload.location(),
        upload.fileName(),
        upload.uploadedBy(),
        upload.widthPixels(),
        upload.heightPixels(),
        upload.durationMillis(),
        upload.tags() == null ? Map.of() : upload.tags(),
        Boolean.TRUE.equals(upload.deleted()));
  }

  static PostgresRow row(MediaCatalogued file) {
    return FILES.row(
        List.of(file.mediaId()),
        file.version(),
        file.sha256(),
        file.sizeBytes(),
        file.contentType(),
        file.location(),
        file.fileName(),
        file.uploadedBy(),
        Instant.ofEpochMilli(file.at()),
        file.deleted(),
        new String(Topics.LOG_INGESTION_MEDIA.codec().encode(file), StandardCharsets.UTF_8));
  }
}
