package io.millrace.connector.archive;

import java.time.Duration;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.fs.Path;

/** The options of an archive. */
public final class ArchiveOptions {
  /** Where the archive is. */
  public static final ConfigOption<String> ARCHIVE =
      ConfigOptions.key("archive")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Directory of the archive: an absolute path that all TaskManagers share, or a URI of a"
                  + " file system that Flink has a plugin for, such as s3://bucket/logs. Without it"
                  + " nothing is archived.");

  /** What its files look like. */
  public static final ConfigOption<String> ARCHIVE_FORMAT =
      ConfigOptions.key("archive-format")
          .stringType()
          .defaultValue(ArchiveFormat.JSON.code())
          .withDescription(
              "Format of the files of the archive: json (an object a line) or parquet (the columns"
                  + " of the rows' Avro schema; its files are finished with every checkpoint).");

  /** Files of that size are finished. */
  public static final ConfigOption<MemorySize> ARCHIVE_ROLL_SIZE =
      ConfigOptions.key("archive-roll-size")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(128))
          .withDescription(
              "A file of the archive of this size is finished, and another one begun.");

  /** Files are finished after that time. */
  public static final ConfigOption<Duration> ARCHIVE_ROLL_INTERVAL =
      ConfigOptions.key("archive-roll-interval")
          .durationType()
          .defaultValue(Duration.ofMinutes(15))
          .withDescription(
              "A file of the archive is finished after this time, however small it is.");

  private ArchiveOptions() {}

  /** Whether anything is archived. */
  public static boolean isGiven(ReadableConfig config) {
    return config.getOptional(ARCHIVE).isPresent();
  }

  /**
   * What its files look like.
   *
   * @throws IllegalArgumentException where there is no such format
   */
  static ArchiveFormat format(ReadableConfig config) {
    return ArchiveFormat.of(config.get(ARCHIVE_FORMAT));
  }

  /**
   * Where the archive is.
   *
   * @throws IllegalArgumentException where that is no such place
   */
  static Path directory(ReadableConfig config) {
    String given = config.get(ARCHIVE);
    if (given == null || !given.matches("(/|[a-zA-Z][a-zA-Z0-9+.-]*:/).*")) {
      throw new IllegalArgumentException(
          "--archive must be an absolute path or a URI such as s3://bucket/logs, found \""
              + given
              + "\"");
    }
    return new Path(given);
  }
}
