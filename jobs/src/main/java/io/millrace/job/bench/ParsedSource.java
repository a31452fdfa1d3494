package io.millrace.job.bench;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * A bounded stream of {@link ParsedRows}, so that a job is measured without reading and parsing.
 */
final class ParsedSource {
  /** Where the rows are. */
  static final ConfigOption<String> ROWS =
      ConfigOptions.key("rows")
          .stringType()
          .noDefaultValue()
          .withDescription(
              "File with parsed requests, which are read instead of the topic. A benchmark makes"
                  + " it.");

  private ParsedSource() {}

  /** Makes a job's records of rows. */
  interface Shape<P, T> extends Serializable {
    /** A path as the job's records hold it; asked once for each distinct path. */
    P path(String path);

    /** A record. */
    T row(long at, P path);
  }

  /** Adds the source, with event times and watermarks. */
  static <P, T> DataStream<T> read(
      StreamExecutionEnvironment env,
      String file,
      Duration outOfOrderness,
      Shape<P, T> shape,
      TypeInformation<T> type) {
    int rows = ParsedRows.of(file).count();
    int tasks = env.getParallelism();
    if (rows == 0 || rows % tasks != 0) {
      throw new IllegalArgumentException(rows + " rows can't be dealt out to " + tasks + " tasks");
    }
    return env.fromSource(
            new NumberSequenceSource(0, rows - 1),
            // The number's row gives the time, so that each split has its own watermark.
            WatermarkStrategy.<Long>forBoundedOutOfOrderness(outOfOrderness)
                .withTimestampAssigner(
                    context -> {
                      ParsedRows parsed = ParsedRows.of(file);
                      return (number, none) ->
                          parsed.times()[ParsedRows.row(number, parsed.count(), tasks)];
                    }),
            "parsed requests")
        .uid("numbers-source")
        .map(new ToRecord<>(file, tasks, shape))
        .returns(type)
        .uid("rows")
        .name("Row of the number");
  }

  private static final class ToRecord<P, T> extends RichMapFunction<Long, T> {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int tasks;
    private final Shape<P, T> shape;
    private transient ParsedRows rows;
    private transient List<P> paths;

    private ToRecord(String file, int tasks, Shape<P, T> shape) {
      this.file = file;
      this.tasks = tasks;
      this.shape = shape;
    }

    @Override
    public void open(OpenContext context) {
      rows = ParsedRows.of(file);
      paths = new ArrayList<>(rows.paths().length);
      for (String path : rows.paths()) {
        paths.add(shape.path(path));
      }
    }

    @Override
    public T map(Long number) {
      int row = ParsedRows.row(number, rows.count(), tasks);
      return shape.row(rows.times()[row], paths.get(rows.pathOf()[row]));
    }
  }
}
