package io.millrace.job.files;

import io.millrace.connector.files.ExportFormat;
import io.millrace.connector.files.FileLocation;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.export.ExportSpec;
import io.millrace.operator.window.PanedWindows;
import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Lane;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.EventTimes;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;

/** The options of file export. */
public final class FileExportOptions {
  /** Where the files go. */
  public static final ConfigOption<String> LOCATION =
      ConfigOptions.key("location")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "The directory of the files, which is there already: file:/directory, or"
                  + " ftp://host[:port]/directory, likewise with ftps (TLS by command) or sftp."
                  + " Required. A file: directory is mounted at the same path on every machine of"
                  + " the cluster.");

  /** What a server lets the job in by. */
  public static final ConfigOption<String> CREDENTIALS = FileIngestionOptions.CREDENTIALS;

  /** What is exported. */
  public static final ConfigOption<String> TOPICS =
      ConfigOptions.key("topics")
          .stringType()
          .defaultValue(Topics.FILE_INGESTION_RECORDS.name())
          .withDescription(
              "Comma list of the topics of the catalogue whose records are exported: inputs and"
                  + " results whose records have an at.");

  /** How long a window is. */
  public static final ConfigOption<Duration> WINDOW =
      ConfigOptions.key("window")
          .durationType()
          .defaultValue(Duration.ofHours(1))
          .withDescription("How much event time one file has the rows of.");

  /** Into how many files a window is divided. */
  public static final ConfigOption<Integer> FILES_PER_WINDOW =
      ConfigOptions.key("files-per-window")
          .intType()
          .defaultValue(1)
          .withDescription(
              "Into how many files the rows of a topic and window are divided, from 1 to 1000: as"
                  + " many tasks write side by side.");

  /** What the files look like. */
  public static final ConfigOption<String> FORMAT =
      ConfigOptions.key("format")
          .stringType()
          .defaultValue(ExportFormat.JSONL.code())
          .withDescription("Format of the files: jsonl (an object a line) or csv.");

  /** The columns of CSV. */
  public static final ConfigOption<String> COLUMNS =
      ConfigOptions.key("columns")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "Comma list of the columns of CSV: a field, or field.name for what the object in a"
                  + " field calls so, such as recordId,at,fields.orderId. Default: all fields,"
                  + " objects and arrays as JSON.");

  /** Whether files are compressed. */
  public static final ConfigOption<Boolean> GZIP =
      ConfigOptions.key("gzip")
          .booleanType()
          .defaultValue(false)
          .withDescription("Whether files are compressed with GZIP.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(LOCATION, CREDENTIALS, TOPICS, WINDOW, FILES_PER_WINDOW, FORMAT, COLUMNS, GZIP);

  private FileExportOptions() {}

  /**
   * Where the files go.
   *
   * @throws IllegalArgumentException where the option is missing or no address
   */
  static FileLocation location(JobConfig config) {
    String location = config.get(LOCATION, "");
    if (location.isEmpty()) {
      throw new IllegalArgumentException(
          "option --location is required, such as file:/directory or sftp://host/directory");
    }
    return FileLocation.parse(location, FileIngestionOptions.orNull(config, CREDENTIALS));
  }

  /**
   * The topics that are exported.
   *
   * @throws IllegalArgumentException where one can't be; the message says which can
   */
  static List<Topic<?>> topics(JobConfig config) {
    List<Topic<?>> topics = new ArrayList<>();
    for (String name : list(config.get(TOPICS))) {
      Topic<?> topic =
          Topics.byName(name)
              .filter(FileExportOptions::isExported)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          String.format(
                              "no topic \"%s\" that can be exported; valid for --topics: %s",
                              name,
                              Topics.all().stream()
                                  .filter(FileExportOptions::isExported)
                                  .map(Topic::name)
                                  .collect(Collectors.joining(", ")))));
      if (topics.contains(topic)) {
        throw new IllegalArgumentException("--topics names " + name + " twice; name it once");
      }
      topics.add(topic);
    }
    return topics;
  }

  /** Records that tell where someone was stay out of files, as they stay out of dead letters. */
  private static boolean isExported(Topic<?> topic) {
    return (topic.lane() == Lane.INPUT || topic.lane() == Lane.RESULT)
        && EventTimes.isGiven(topic.type())
        && !topic.isRaw()
        && !topic.isConfidential();
  }

  /**
   * The windows.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  static ExportSpec spec(JobConfig config) {
    long window = config.millis(WINDOW);
    return new ExportSpec(
        new PanedWindows(window, window, config.millis(JobOptions.ALLOWED_LATENESS)),
        config.get(FILES_PER_WINDOW));
  }

  /**
   * What writes the files.
   *
   * @throws IllegalArgumentException for an invalid option
   */
  static ExportWriter writer(JobConfig config) {
    ExportFormat format = format(config.get(FORMAT));
    String given = config.get(COLUMNS, "");
    if (!given.isEmpty() && format != ExportFormat.CSV) {
      throw new IllegalArgumentException("--columns needs --format csv");
    }
    Map<String, List<String>> columns = new HashMap<>();
    for (Topic<?> topic : topics(config)) {
      List<String> fields =
          Arrays.stream(topic.type().getRecordComponents()).map(RecordComponent::getName).toList();
      columns.put(topic.name(), given.isEmpty() ? fields : columns(list(given), fields, topic));
    }
    return new ExportWriter(location(config), format, config.get(GZIP), columns);
  }

  private static List<String> columns(List<String> given, List<String> fields, Topic<?> topic) {
    for (String column : given) {
      if (!fields.contains(ExportFormat.field(column))) {
        throw new IllegalArgumentException(
            String.format(
                "no column \"%s\" of %s; valid for --columns: %s",
                column, topic.name(), String.join(", ", fields)));
      }
    }
    if (new TreeSet<>(given).size() < given.size()) {
      throw new IllegalArgumentException("--columns names one twice; name each once");
    }
    return given;
  }

  private static List<String> list(String given) {
    return Arrays.stream(given.split(",", -1)).map(String::strip).toList();
  }

  private static ExportFormat format(String code) {
    for (ExportFormat format : ExportFormat.values()) {
      if (format.code().equals(code)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        String.format(
            "no format \"%s\"; valid for --format: %s",
            code,
            Arrays.stream(ExportFormat.values())
                .map(ExportFormat::code)
                .collect(Collectors.joining(", "))));
  }
}
