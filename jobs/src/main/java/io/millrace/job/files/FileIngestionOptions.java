package io.millrace.job.files;

import io.millrace.connector.files.FileFormat;
import io.millrace.connector.files.FileLocation;
import io.millrace.connector.files.FileSource;
import io.millrace.connector.files.FormatSpec;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import io.millrace.connector.files.WatchSpec;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.jspecify.annotations.Nullable;

/** The options of file ingestion. */
public final class FileIngestionOptions {
  /** Where the files are. */
  public static final ConfigOption<String> LOCATION =
      ConfigOptions.key("location")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The directory of the files: file:/directory, or ftp://host[:port]/directory, likewise"
                  + " with ftps (TLS by command) or sftp. Required. A file: directory is mounted at"
                  + " the same path on every machine of the cluster.");

  /** What a server lets the job in by. */
  public static final ConfigOption<String> CREDENTIALS =
      ConfigOptions.key("credentials")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File of key=value lines, on every machine of the cluster: user, password, private-key"
                  + " (sftp), host-key (sftp, required: SHA256:...), trust-store and"
                  + " trust-store-password (ftps).");

  /** What the files look like. */
  public static final ConfigOption<String> FORMAT =
      ConfigOptions.key("format")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Format of all files: csv, jsonl (an object a line), json (an array of objects) or"
                  + " xml. Default: what the end of each name says, before .gz if it has that, or in"
                  + " a .zip the end of the names in it.");

  /** Names of columns. */
  public static final ConfigOption<String> COLUMNS =
      ConfigOptions.key("columns")
          .stringType()
          .noDefaultValue()
          .withDescription("Comma list of the columns of CSV whose first row does not name them.");

  /** The rows of XML. */
  public static final ConfigOption<String> RECORD_ELEMENT =
      ConfigOptions.key("record-element")
          .stringType()
          .defaultValue("record")
          .withDescription("The elements of XML that are rows, by their name without a prefix.");

  /** The time of a row. */
  public static final ConfigOption<String> TIME_FIELD =
      ConfigOptions.key("time-field")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The field with the time of a row: milliseconds since the epoch, or ISO-8601 with an"
                  + " offset; a row without is a dead letter. Default: the time at which its file"
                  + " was changed.");

  /** Which files. */
  public static final ConfigOption<String> PATTERN =
      ConfigOptions.key("pattern")
          .stringType()
          .defaultValue("*")
          .withDescription(
              "Names of the files to read, such as *.csv or {orders,returns}-*.xml. Names that begin"
                  + " with a dot, or end as those of files do that are still being written (.tmp,"
                  + " .part, .partial, .filepart, .crdownload, .swp, ~), are never read.");

  /** How often the directory is listed. */
  public static final ConfigOption<Duration> POLL =
      ConfigOptions.key("poll")
          .durationType()
          .defaultValue(Duration.ofSeconds(5))
          .withDescription("How often the directory is listed.");

  /** When a file is complete. */
  public static final ConfigOption<Duration> STABLE_FOR =
      ConfigOptions.key("stable-for")
          .durationType()
          .defaultValue(Duration.ofSeconds(2))
          .withDescription(
              "For how long size and time of a file must have stayed the same, over two listings at"
                  + " least, for it to be complete.");

  /** What says that a file is complete. */
  public static final ConfigOption<String> ACK =
      ConfigOptions.key("ack")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "End of the name of a file beside each complete one, such as .done for"
                  + " orders.csv.done; then stable-for does not count.");

  /** The largest row. */
  public static final ConfigOption<MemorySize> MAX_ROW =
      ConfigOptions.key("max-row")
          .memoryType()
          .defaultValue(MemorySize.parse("256kb"))
          .withDescription("The largest row, at most 896 kb; a larger one is a dead letter.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(
          LOCATION,
          CREDENTIALS,
          FORMAT,
          COLUMNS,
          RECORD_ELEMENT,
          TIME_FIELD,
          PATTERN,
          POLL,
          STABLE_FOR,
          ACK,
          MAX_ROW);

  private FileIngestionOptions() {}

  /**
   * The source that the options ask for.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  static FileSource source(JobConfig config) {
    String location = config.get(LOCATION, "");
    if (location.isEmpty()) {
      throw new IllegalArgumentException(
          "option --location is required, such as file:/directory or sftp://host/directory");
    }
    return new FileSource(
        FileLocation.parse(location, orNull(config, CREDENTIALS)), watch(config), format(config));
  }

  private static WatchSpec watch(JobConfig config) {
    return new WatchSpec(
        config.get(PATTERN),
        config.millis(POLL),
        config.millis(STABLE_FOR),
        config.get(ACK, ""),
        config.get(KafkaOptions.BOUNDED));
  }

  private static FormatSpec format(JobConfig config) {
    long maxRow = config.get(MAX_ROW).getBytes();
    if (maxRow < 1 || maxRow > FormatSpec.MOST_ROW_BYTES) {
      throw new IllegalArgumentException(
          "--max-row must be from 1b to " + FormatSpec.MOST_ROW_BYTES / 1024 + "kb");
    }
    String columns = config.get(COLUMNS, "");
    return new FormatSpec(
        code(config.get(FORMAT, "")),
        columns.isEmpty()
            ? List.of()
            : Arrays.stream(columns.split(",", -1)).map(String::strip).toList(),
        config.get(RECORD_ELEMENT),
        orNull(config, TIME_FIELD),
        (int) maxRow,
        ArchiveLimits.DEFAULT);
  }

  private static @Nullable FileFormat code(String code) {
    if (code.isEmpty()) {
      return null;
    }
    for (FileFormat format : FileFormat.values()) {
      if (format.code().equals(code)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "no format \"%s\"; valid for --format: %s",
            code,
            Arrays.stream(FileFormat.values())
                .map(FileFormat::code)
                .collect(Collectors.joining(", "))));
  }

  static @Nullable String orNull(JobConfig config, ConfigOption<String> option) {
    String given = config.get(option, "");
    return given.isEmpty() ? null : given;
  }
}
