package io.millrace.local.feed;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.DocumentReader;
import io.millrace.schema.codec.DocumentReader.Values;
import io.millrace.schema.codec.InvalidDocumentException;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.LedgerEntryRecorded;
import java.io.IOException;
import java.io.InputStream;
import java.time.ZoneId;
import java.util.List;

/** Reads the entries of bank statements as JSON, with the fields that are mapped. */
final class StatementRows {
  private final DocumentReader<LedgerEntryRecorded> reader;
  private final ZoneId zone;
  private final JsonRows rows;
  private final JsonCodec<LedgerEntryRecorded> codec = Topics.RECON_ENTRIES.codec();

  /**
   * A reader.
   *
   * @param zone of times and dates that name none
   */
  StatementRows(
      DocumentReader<LedgerEntryRecorded> reader, List<FieldSource> sources, ZoneId zone) {
    this.reader = reader;
    this.zone = zone;
    this.rows = new JsonRows(TopicFields.of(Topics.RECON_ENTRIES, sources, TimeReader.NONE));
  }

  /**
   * Reads a file to its end.
   *
   * @throws InputException where it is not whole, or an entry can't be one of the topic
   * @throws IOException where it can't be read, or a value not be taken
   */
  void read(InputStream in, Values<byte[]> values) throws InputException, IOException {
    try {
      reader.read(in, zone, entry -> values.take(rows.read(codec.encode(entry))));
    } catch (InvalidDocumentException | IllegalArgumentException e) {
      throw new InputException(
          e.getMessage() + "; nothing of it was fed, get it once more from the bank", e);
    }
  }
}
