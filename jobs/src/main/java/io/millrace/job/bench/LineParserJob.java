package io.millrace.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.LineText;
import io.millrace.operator.logline.ParsedLine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a file over and over, which are in memory, and discards what they say. One
 * task does it all. In: nothing. Out: nothing but the accumulators of {@link Discard}. State: none
 * but the number of lines read.
 */
public final class LineParserJob {
  static final ConfigOption<String> LINES =
      ConfigOptions.key("lines")
          .stringType()
          .noDefaultValue()
          .withDescription("The file with the lines.");

  static final ConfigOption<LineFormat> FORMAT =
      ConfigOptions.key("format")
          .enumType(LineFormat.class)
          .defaultValue(LineFormat.JSON)
          .withDescription("Their format.");

  static final ConfigOption<String> HEADER =
      ConfigOptions.key("header").stringType().defaultValue("").withDescription("Columns of CSV.");

  static final ConfigOption<String> PATTERN =
      ConfigOptions.key("pattern")
          .stringType()
          .defaultValue("")
          .withDescription("Regular expression of a line.");

  static final ConfigOption<String> FIELDS =
      ConfigOptions.key("fields")
          .stringType()
          .defaultValue("")
          .withDescription("Names with commas of the fields that are kept; all where empty.");

  static final ConfigOption<Reader> READER =
      ConfigOptions.key("reader")
          .enumType(Reader.class)
          .defaultValue(Reader.PARSER)
          .withDescription("What reads them.");

  static final JobDescription JOB =
      new JobDescription(
          "line-parser",
          LineParserJob.class,
          "How fast are lines of a format read?",
          List.of(),
          List.of(),
          List.of(),
          List.of(LINES, FORMAT, HEADER, PATTERN, FIELDS, READER, SinkJob.ROWS));

  private LineParserJob() {}

  /** What reads lines. */
  enum Reader {
    /** The parser of log ingestion. */
    PARSER,
    /** Jackson's {@code readTree}. */
    READ_TREE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
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
    LineSource source =
        LineSource.of("bench", config.get(FORMAT), "UTC")
            .withHeader(config.get(HEADER))
            .withPattern(config.get(PATTERN))
            .withFields(config.get(FIELDS));
    DataStream<Long> checksums =
        RowNumbers.made(env, config.get(SinkJob.ROWS), 0)
            .map(new ReadLine(config.get(LINES), source, config.get(READER)))
            .returns(Types.LONG)
            .uid("read");
    Discard.all(checksums, checksum -> checksum);
  }

  /** Reads the line of a number, and gives the checksum of what it says. */
  private static final class ReadLine extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;
    private static final long ARRIVED_AT = 1_767_225_600_000L;

    private final String file;
    private final LineSource source;
    private final Reader reader;

    private transient List<byte[]> lines;
    private transient LineParser parser;
    private transient ObjectMapper mapper;

    ReadLine(String file, LineSource source, Reader reader) {
      this.file = file;
      this.source = source;
      this.reader = reader;
    }

    @Override
    public void open(OpenContext context) throws IOException {
      lines = lines(Files.readAllBytes(Path.of(file)));
      parser = LineParser.of(source);
      mapper = new ObjectMapper();
    }

    private static List<byte[]> lines(byte[] all) {
      List<byte[]> lines = new ArrayList<>();
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (byte each : all) {
        if (each == '\n') {
          lines.add(line.toByteArray());
          line.reset();
        } else {
          line.write(each);
        }
      }
      return lines;
    }

    @Override
    public Long map(Long number) throws IOException, LineException {
      byte[] line = lines.get((int) (number % lines.size()));
      if (reader == Reader.READ_TREE) {
        JsonNode tree = mapper.readTree(line);
        return (long) tree.size() + tree.path("message").textValue().length();
      }
      @Nullable ParsedLine parsed = parser.parse(LineText.of(line, line.length), ARRIVED_AT);
      return parsed == null ? 0 : JacksonLines.checksum(parsed);
    }
  }
}
