package io.millrace.connector.archive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.sink.writer.FileWriter;
import org.apache.flink.connector.file.sink.writer.FileWriterBucketState;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.PartFileInfo;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.CheckpointRollingPolicy;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;
import org.apache.flink.util.function.SerializableFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into files of their day, each row once whatever fails, by Flink's {@link FileSink}. A
 * file is finished with the checkpoint after it is large or old enough, one of Parquet with every
 * checkpoint, and at the end of a bounded input; then it is read back and listed with its rows,
 * bytes and SHA-256 in {@code _manifest}. Unfinished files have names that begin with a dot. At the
 * end of a bounded input {@code _SUCCESS} says how much there is.
 *
 * <p><b>State</b>: of JSON, where each unfinished file is; it may go on in Parquet, and back.
 * <b>Space</b>: for each day that has a file open its buffer, of Parquet 32 MiB and what encoding
 * them takes; of JSON 64 KiB of rows for each of the days that rows came of, at most 64 of them.
 *
 * @param <T> type of the elements
 */
public final class Archive<T>
    implements Sink<T>,
        SupportsWriterState<T, FileWriterBucketState>,
        SupportsCommitter<ArchiveCommittable> {
  private static final long serialVersionUID = 1L;

  private final String root;
  private final FileSink<DayRows> json;
  private final ArchiveLine<T> line;
  private final SerializableFunction<T, Long> at;

  /** Null where files are of JSON. */
  private final @Nullable FileSink<T> parquet;

  private Archive(
      Path root,
      FileSink<DayRows> json,
      ArchiveLine<T> line,
      SerializableFunction<T, Long> at,
      @Nullable FileSink<T> parquet) {
    this.root = root.toString();
    this.json = json;
    this.line = line;
    this.at = at;
    this.parquet = parquet;
  }

  /**
   * An archive where the options say.
   *
   * @param name name of its directory
   * @param type of its rows; for Parquet it must have an Avro form
   * @param row the row of an element
   * @param at the time of an element, which says what day it is of, in milliseconds since the epoch
   * @throws IllegalArgumentException for an option that can't be
   */
  public static <T, R extends Record> Archive<T> of(
      ReadableConfig config,
      String name,
      Class<R> type,
      SerializableFunction<T, R> row,
      SerializableFunction<T, Long> at) {
    return of(config, name, type, row, new JsonLines<>(type, row), at);
  }

  /**
   * The same, where JSON can be written without a row.
   *
   * @param line writes the row of an element as JSON, as {@code row} has it
   * @throws IllegalArgumentException for an option that can't be
   */
  public static <T, R extends Record> Archive<T> of(
      ReadableConfig config,
      String name,
      Class<R> type,
      SerializableFunction<T, R> row,
      ArchiveLine<T> line,
      SerializableFunction<T, Long> at) {
    Path root = new Path(ArchiveOptions.directory(config), name);
    ArchiveFormat format = ArchiveOptions.format(config);
    FileSink<DayRows> json =
        FileSink.<DayRows>forRowFormat(root, DayRows::writeTo)
            .withBucketAssigner(new Days<>(DayRows::day))
            .withRollingPolicy(
                DefaultRollingPolicy.builder()
                    .withMaxPartSize(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE))
                    .withRolloverInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .withInactivityInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .build())
            .withOutputFileConfig(named(ArchiveFormat.JSON))
            .build();
    @Nullable FileSink<T> parquet =
        format == ArchiveFormat.JSON
            ? null
            : FileSink.<T>forBulkFormat(root, new ParquetRows<>(type, row))
                .withBucketAssigner(
                    new Days<T>(element -> DayRows.dayOf(DayRows.number(at.apply(element)))))
                .withRollingPolicy(
                    new AtCheckpoints<T>(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE).getBytes()))
                .withOutputFileConfig(named(ArchiveFormat.PARQUET))
                .build();
    return new Archive<>(root, json, line, at, parquet);
  }

  private static OutputFileConfig named(ArchiveFormat format) {
    return OutputFileConfig.builder().withPartSuffix(format.suffix()).build();
  }

  @Override
  public ArchiveWriter<T> createWriter(WriterInitContext context) throws IOException {
    directory().open();
    return parquet == null
        ? ofJson(json.createWriter(context), context)
        : ofParquet(parquet, context, List.of());
  }

  private ArchiveWriter<T> ofJson(FileWriter<DayRows> files, WriterInitContext context)
      throws IOException {
    Counter written = context.metricGroup().getIOMetricGroup().getNumRecordsOutCounter();
    SyncAhead disk = directory().isOfThisMachine() ? new SyncAhead() : null;
    return new ArchiveWriter<>(
        files, new DayBatches<>(files, line, at, written, disk), task(context), List.of());
  }

  private ArchiveWriter<T> ofParquet(
      FileSink<T> sink, WriterInitContext context, List<ArchiveCommittable> begun)
      throws IOException {
    FileWriter<T> files = sink.createWriter(context);
    return new ArchiveWriter<>(files, files::write, task(context), begun);
  }

  @Override
  public ArchiveWriter<T> restoreWriter(
      WriterInitContext context, Collection<FileWriterBucketState> state) throws IOException {
    if (parquet == null) {
      return ofJson(json.restoreWriter(context, state), context);
    }
    // Files of Parquet are never unfinished in a checkpoint; what is was begun in JSON, and ends.
    List<ArchiveCommittable> begun = new ArrayList<>();
    try (FileWriter<DayRows> before = json.restoreWriter(context, state)) {
      before.flush(true);
      before.prepareCommit().forEach(file -> begun.add(ArchiveCommittable.of(file)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("ended while it finished files that were begun in JSON", e);
    }
    return ofParquet(parquet, context, begun);
  }

  @Override
  public SimpleVersionedSerializer<FileWriterBucketState> getWriterStateSerializer() {
    return json.getWriterStateSerializer();
  }

  @Override
  public Committer<ArchiveCommittable> createCommitter(CommitterInitContext context)
      throws IOException {
    return new ArchiveCommitter(committed().createCommitter(context), directory());
  }

  @Override
  public SimpleVersionedSerializer<ArchiveCommittable> getCommittableSerializer() {
    return new ArchiveCommittable.Serializer(committed().getCommittableSerializer());
  }

  private FileSink<?> committed() {
    return parquet == null ? json : parquet;
  }

  private ArchiveDirectory directory() {
    return new ArchiveDirectory(new Path(root));
  }

  private static String task(WriterInitContext context) {
    return context.getJobInfo().getJobId()
        + "-"
        + context.getTaskInfo().getIndexOfThisSubtask()
        + "-of-"
        + context.getTaskInfo().getNumberOfParallelSubtasks();
  }

  /** Ends a file with each checkpoint, and where it is large enough. */
  private static final class AtCheckpoints<T> extends CheckpointRollingPolicy<T, String> {
    private static final long serialVersionUID = 1L;

    private final long bytes;

    AtCheckpoints(long bytes) {
      this.bytes = bytes;
    }

    @Override
    public boolean shouldRollOnEvent(PartFileInfo<String> file, T element) throws IOException {
      return file.getSize() >= bytes;
    }

    @Override
    public boolean shouldRollOnProcessingTime(PartFileInfo<String> file, long now) {
      return false;
    }
  }

  /** A directory for each day. */
  private record Days<E>(SerializableFunction<E, String> day) implements BucketAssigner<E, String> {
    @Override
    public String getBucketId(E element, Context context) {
      return day.apply(element);
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
      return SimpleVersionedStringSerializer.INSTANCE;
    }
  }
}
