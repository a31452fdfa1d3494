package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.DocumentReader;
import io.millrace.schema.payments.Camt053Reader;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.Mt940Reader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * One file whose rows go into one topic. The end of its name says how it is read, with {@code .gz}
 * where it is compressed.
 *
 * @param topic the topic
 * @param path the file
 * @param format how its rows are read
 */
public record InputFile(Topic<?> topic, Path path, Format format) {
  /** How a file's rows are read. */
  public enum Format {
    /** A JSON object a line. */
    JSONL(".jsonl"),
    /** Comma-separated values; the first row names the columns. */
    CSV(".csv"),
    /** Lines of a log, which the topic has a reader for. */
    LOG(".log"),
    /** Bank statements in camt.053. */
    CAMT053(".xml"),
    /** Bank statements in MT940. */
    MT940(".sta");

    private final String suffix;

    Format(String suffix) {
      this.suffix = suffix;
    }
  }

  private static final String COMPRESSED = ".gz";
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /**
   * The file at {@code path} as an input of {@code topic}.
   *
   * @throws InputException where it can't be one; the message says why
   */
  public static InputFile of(Topic<?> topic, Path path) throws InputException {
    if (!Files.exists(path)) {
      throw new InputException(
          "no such file: "
              + path
              + "; check the path behind --input "
              + topic.name()
              + "=, which starts at the directory that you are in");
    }
    if (!Files.isRegularFile(path) || !Files.isReadable(path)) {
      throw new InputException(
          Files.isRegularFile(path)
              ? "you may not read " + path + "; change its permissions or name another file"
              : path + " is not a file; name the file itself, and repeat --input for several");
    }
    Format format = format(path);
    if (format == Format.LOG && topic.lines().isEmpty() && !topic.isRaw()) {
      throw new InputException(
          "topic " + topic.name() + " has no reader for log lines; convert " + path + " to .jsonl");
    }
    boolean isStatement = format == Format.CAMT053 || format == Format.MT940;
    if (isStatement && !topic.equals(Topics.RECON_ENTRIES)) {
      throw new InputException(
          "topic "
              + topic.name()
              + " has no reader for bank statements; convert "
              + path
              + " to .jsonl or .csv");
    }
    return new InputFile(topic, path, format);
  }

  /** Reads its bank statements, where it holds such. */
  Optional<DocumentReader<LedgerEntryRecorded>> statements() {
    return switch (format) {
      case CAMT053 -> Optional.of(new Camt053Reader());
      case MT940 -> Optional.of(new Mt940Reader());
      case JSONL, CSV, LOG -> Optional.empty();
    };
  }

  /** Whether its rows are raw lines, which don't say what they are a log of. */
  public boolean isOfRawLines() {
    return format == Format.LOG && topic.isRaw();
  }

  /** Opens the file's content, decompressed, behind a byte order mark of UTF-8. */
  InputStream open() throws IOException {
    InputStream bytes = Files.newInputStream(path);
    try {
      InputStream content =
          new BufferedInputStream(
              isCompressed(path) ? new GZIPInputStream(bytes, BUFFER_BYTES) : bytes, BUFFER_BYTES);
      content.mark(BYTE_ORDER_MARK.length);
      if (!Arrays.equals(content.readNBytes(BYTE_ORDER_MARK.length), BYTE_ORDER_MARK)) {
        content.reset();
      }
      return content;
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
  }

  private static Format format(Path path) throws InputException {
    String name = name(path);
    String plain =
        isCompressed(path) ? name.substring(0, name.length() - COMPRESSED.length()) : name;
    for (Format format : Format.values()) {
      if (plain.endsWith(format.suffix)) {
        return format;
      }
    }
    throw new InputException(
        "the name of "
            + path
            + " must end in .jsonl, .csv, .log, .xml (camt.053) or .sta (MT940), each also with .gz");
  }

  private static boolean isCompressed(Path path) {
    return name(path).endsWith(COMPRESSED);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
  }
}
