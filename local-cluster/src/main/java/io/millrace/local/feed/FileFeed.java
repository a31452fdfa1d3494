package io.millrace.local.feed;

import io.millrace.local.feed.InputFile.Format;
import io.millrace.schema.Topic.Cleanup;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Writes files into topics, row by row: those of compacted topics first, then the others in the
 * order given. A row that can't be read goes into its topic unchanged, so that the job that reads
 * it makes a dead letter of it.
 */
public final class FileFeed {
  private final List<InputFile> files;
  private final List<FieldSource> sources;
  private final TimeReader times;
  private final @Nullable String lineSource;

  /**
   * A feed of {@code files}, whose foreign names and times are read by {@code sources} and {@code
   * times}.
   */
  public FileFeed(List<InputFile> files, List<FieldSource> sources, TimeReader times) {
    this(files, sources, times, null);
  }

  /**
   * The same.
   *
   * @param lineSource what raw lines are a log of that don't say so themselves; null for nothing
   */
  public FileFeed(
      List<InputFile> files,
      List<FieldSource> sources,
      TimeReader times,
      @Nullable String lineSource) {
    this.files =
        files.stream()
            .sorted(Comparator.comparing(file -> file.topic().cleanup() != Cleanup.COMPACT))
            .toList();
    this.sources = List.copyOf(sources);
    this.times = times;
    this.lineSource = lineSource;
  }

  /**
   * Looks at the start of every file, and at the whole of bank statements.
   *
   * @throws InputException where one can't be read, its columns don't fit, or it is not whole
   */
  public void check() throws InputException {
    for (InputFile file : files) {
      StatementRows statements = statements(file);
      try (InputStream in = file.open()) {
        if (statements == null) {
          reader(file, splitter(file, in));
        } else {
          statements.read(in, entry -> {});
        }
      } catch (InputException | IOException e) {
        throw unreadable(file, "", e);
      }
    }
  }

  /**
   * Writes every row of every file, or those before {@code stop} became true.
   *
   * @throws InputException where a file can't be read to its end
   * @throws IOException where Kafka takes no more
   */
  public void feed(TopicFeeder feeder, BooleanSupplier stop) throws InputException, IOException {
    for (InputFile file : files) {
      feed(file, feeder, stop);
    }
    feeder.flush();
  }

  private void feed(InputFile file, TopicFeeder feeder, BooleanSupplier stop)
      throws InputException, IOException {
    TopicRecords records = new TopicRecords(file.topic(), lineSource);
    StatementRows statements = statements(file);
    if (statements != null) {
      try (InputStream in = file.open()) {
        statements.read(
            in,
            entry -> {
              if (!stop.getAsBoolean()) {
                feeder.send(records.of(entry));
              }
            });
      }
      return;
    }
    try (Rows rows = new Rows(file)) {
      for (byte @Nullable [] value = rows.next();
          value != null && !stop.getAsBoolean();
          value = rows.next()) {
        feeder.send(file.isOfRawLines() ? records.ofLine(value) : records.of(value));
      }
    }
  }

  private @Nullable StatementRows statements(InputFile file) {
    return file.statements()
        .map(reader -> new StatementRows(reader, sources, times.zone()))
        .orElse(null);
  }

  private RowReader reader(InputFile file, LineSplitter lines) throws IOException, InputException {
    return switch (file.format()) {
      case JSONL -> new JsonRows(TopicFields.of(file.topic(), sources, times));
      case LOG -> file.topic().isRaw() ? row -> row : LogRows.of(file.topic());
      case CSV -> {
        byte[] header = lines.next();
        if (header == null) {
          throw new InputException("the file is empty, but its first row must name the columns");
        }
        yield CsvRows.of(header, TopicFields.of(file.topic(), sources, times));
      }
      case CAMT053, MT940 -> throw new IllegalArgumentException(file.path() + " has no rows");
    };
  }

  private static LineSplitter splitter(InputFile file, InputStream in) {
    return new LineSplitter(in, file.format() == Format.CSV);
  }

  private static InputException unreadable(InputFile file, String where, Exception cause) {
    String reason = cause.getMessage();
    if (cause instanceof EOFException) {
      reason = "the compressed data ends early; the file is cut off";
    } else if (cause instanceof ZipException) {
      reason = "not valid gzip: " + reason;
    }
    return new InputException("can't read " + file.path() + where + ": " + reason, cause);
  }

  /** The values of one file, where every failure to read it names the file and the place. */
  private final class Rows implements AutoCloseable {
    private final InputFile file;
    private final InputStream in;
    private final LineSplitter lines;
    private final RowReader reader;

    Rows(InputFile file) throws InputException {
      this.file = file;
      try {
        in = file.open();
        lines = splitter(file, in);
        reader = reader(file, lines);
      } catch (InputException | IOException e) {
        throw unreadable(file, "", e);
      }
    }

    byte @Nullable [] next() throws InputException {
      try {
        byte[] line = lines.next();
        return line == null ? null : reader.read(line);
      } catch (InputException | IOException e) {
        throw unreadable(file, " after line " + (lines.lineNumber() - 1), e);
      }
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
