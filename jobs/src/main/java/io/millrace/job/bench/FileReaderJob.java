package io.millrace.job.bench;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.millrace.connector.files.FileEvent;
import io.millrace.connector.files.FileFormat;
import io.millrace.connector.files.FileLocation;
import io.millrace.connector.files.FileSource;
import io.millrace.connector.files.FormatSpec;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import io.millrace.connector.files.WatchSpec;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows of a file and discards them. One task does it all. In: the one file of a
 * directory. Out: nothing but the accumulators of {@link Discard}. State: where it is in the file.
 */
public final class FileReaderJob {
  static final ConfigOption<String> DIRECTORY =
      ConfigOptions.key("directory")
          .stringType()
          .noDefaultValue()
          .withDescription("The directory with the file. A benchmark makes it.");

  static final ConfigOption<String> FILE =
      ConfigOptions.key("file")
          .stringType()
          .noDefaultValue()
          .withDescription("The file's name, which ends in .csv or .jsonl.");

  static final ConfigOption<Reader> READER =
      ConfigOptions.key("reader")
          .enumType(Reader.class)
          .defaultValue(Reader.SOURCE)
          .withDescription("What reads it.");

  static final JobDescription JOB =
      new JobDescription(
          "file-reader",
          FileReaderJob.class,
          "How fast are the rows of a file read?",
          List.of(),
          List.of(),
          List.of(),
          List.of(DIRECTORY, FILE, READER, SinkJob.ROWS));

  private FileReaderJob() {}

  /** What reads rows. */
  enum Reader {
    /** The source of file ingestion. */
    SOURCE,
    /** Jackson's reader of maps. */
    JACKSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    String file = config.get(FILE);
    FileFormat format = file.endsWith(".csv") ? FileFormat.CSV : FileFormat.JSONL;
    Discard.all(
        config.get(READER) == Reader.SOURCE
            ? bySource(env, config, format)
            : byJackson(env, config, format),
        checksum -> checksum);
  }

  private static DataStream<Long> bySource(
      StreamExecutionEnvironment env, JobConfig config, FileFormat format) {
    FileSource source =
        new FileSource(
            FileLocation.parse("file:" + config.get(DIRECTORY), null),
            new WatchSpec("*", 1_000, 0, "", true),
            new FormatSpec(format, List.of(), "record", null, 256 * 1024, ArchiveLimits.DEFAULT));
    return env.fromSource(source, WatermarkStrategy.noWatermarks(), "files")
        .uid("files")
        .flatMap(FileReaderJob::read)
        .returns(Types.LONG)
        .uid("read");
  }

  private static void read(FileEvent event, Collector<Long> out) {
    if (event.kind() == FileEvent.Kind.ROW) {
      out.collect(checksum(event.fields()));
    }
  }

  private static DataStream<Long> byJackson(
      StreamExecutionEnvironment env, JobConfig config, FileFormat format) {
    return RowNumbers.made(env, config.get(SinkJob.ROWS), 0)
        .map(new NextRow(Path.of(config.get(DIRECTORY), config.get(FILE)).toString(), format))
        .returns(Types.LONG)
        .uid("read");
  }

  private static long checksum(Map<?, ?> fields) {
    long sum = 0;
    for (Object value : fields.values()) {
      sum += String.valueOf(value).length();
    }
    return sum;
  }

  /** Reads the next row whatever comes, and gives the checksum of what it says. */
  private static final class NextRow extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final FileFormat format;

    private transient @Nullable MappingIterator<Map<String, Object>> rows;

    NextRow(String file, FileFormat format) {
      this.file = file;
      this.format = format;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      ObjectReader reader =
          format == FileFormat.CSV
              ? new CsvMapper()
                  .readerForMapOf(String.class)
                  .with(CsvSchema.emptySchema().withHeader())
              : JsonMapper.builder().build().readerForMapOf(Object.class);
      rows = reader.readValues(new BufferedInputStream(Files.newInputStream(Path.of(file))));
    }

    @Override
    public Long map(Long number) throws IOException {
      MappingIterator<Map<String, Object>> opened = rows;
      if (opened == null) {
        throw new IllegalStateException("read before it is opened");
      }
      return checksum(opened.nextValue());
    }

    @Override
    public void close() throws IOException {
      if (rows != null) {
        rows.close();
      }
    }
  }
}
