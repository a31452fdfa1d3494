package io.millrace.connector.archive;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
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
import org.apache.flink.streaming.api.functions.sink.filesystem.BucketAssigner;
import org.apache.flink.streaming.api.functions.sink.filesystem.OutputFileConfig;
import org.apache.flink.streaming.api.functions.sink.filesystem.PartFileInfo;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.CheckpointRollingPolicy;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes rows into files of their day, each row once whatever fails, by Flink's {@link FileSink}. A
 * file is finished with the checkpoint after it is large or old enough, one of Parquet with every
 * checkpoint, and at the end of a bounded input; then it is read back and listed with its rows,
 * bytes and SHA-256 in {@code _manifest}. Unfinished files have names that begin with a dot. At the
 * end of a bounded input {@code _SUCCESS} says how much there is.
 *
 * <p><b>State</b>: of JSON, where each unfinished file is; it may go on in Parquet, and back.
 * <b>Space</b>: for each day that has a file open its buffer, of Parquet 32 MiB and what encoding
 * them takes.
 *
 * @param <T> type of the elements
 */
public final class Archive<T>
    implements Sink<T>,
        SupportsWriterState<T, FileWriterBucketState>,
        SupportsCommitter<ArchiveCommittable> {
  private static final long serialVersionUID = 1L;

  private final String root;
  private final ArchiveFormat format;
  private final FileSink<T> json;
  private final FileSink<T> files;

  private Archive(Path root, ArchiveFormat format, FileSink<T> json, FileSink<T> files) {
    this.root = root.toString();
    this.format = format;
    this.json = json;
    this.files = files;
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
    Path root = new Path(ArchiveOptions.directory(config), name);
    ArchiveFormat format = ArchiveOptions.format(config);
    FileSink<T> json =
        FileSink.<T>forRowFormat(root, new JsonLines<>(type, row))
            .withBucketAssigner(new Days<>(at))
            .withRollingPolicy(
                DefaultRollingPolicy.builder()
                    .withMaxPartSize(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE))
                    .withRolloverInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .withInactivityInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .build())
            .withOutputFileConfig(named(ArchiveFormat.JSON))
            .build();
    if (format == ArchiveFormat.JSON) {
      return new Archive<>(root, format, json, json);
    }
    FileSink<T> parquet =
        FileSink.<T>forBulkFormat(root, new ParquetRows<>(type, row))
            .withBucketAssigner(new Days<>(at))
            .withRollingPolicy(
                new AtCheckpoints<T>(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE).getBytes()))
            .withOutputFileConfig(named(ArchiveFormat.PARQUET))
            .build();
    return new Archive<>(root, format, json, parquet);
  }

  private static OutputFileConfig named(ArchiveFormat format) {
    return OutputFileConfig.builder().withPartSuffix(format.suffix()).build();
  }

  @Override
  public ArchiveWriter<T> createWriter(WriterInitContext context) throws IOException {
    directory().open();
    return new ArchiveWriter<>(files.createWriter(context), task(context), List.of());
  }

  @Override
  public ArchiveWriter<T> restoreWriter(
      WriterInitContext context, Collection<FileWriterBucketState> state) throws IOException {
    if (format == ArchiveFormat.JSON) {
      return new ArchiveWriter<>(files.restoreWriter(context, state), task(context), List.of());
    }
    // Files of Parquet are never unfinished in a checkpoint; what is was begun in JSON, and ends.
    List<ArchiveCommittable> begun = new ArrayList<>();
    try (FileWriter<T> before = json.restoreWriter(context, state)) {
      before.flush(true);
      before.prepareCommit().forEach(file -> begun.add(ArchiveCommittable.of(file)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("ended while it finished files that were begun in JSON", e);
    }
    return new ArchiveWriter<>(files.createWriter(context), task(context), begun);
  }

  @Override
  public SimpleVersionedSerializer<FileWriterBucketState> getWriterStateSerializer() {
    return files.getWriterStateSerializer();
  }

  @Override
  public Committer<ArchiveCommittable> createCommitter(CommitterInitContext context)
      throws IOException {
    return new ArchiveCommitter(files.createCommitter(context), directory());
  }

  @Override
  public SimpleVersionedSerializer<ArchiveCommittable> getCommittableSerializer() {
    return new ArchiveCommittable.Serializer(files.getCommittableSerializer());
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
  private record Days<T>(SerializableFunction<T, Long> at) implements BucketAssigner<T, String> {
    @Override
    public String getBucketId(T row, Context context) {
      return "day=" + Instant.ofEpochMilli(at.apply(row)).atOffset(ZoneOffset.UTC).toLocalDate();
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
      return SimpleVersionedStringSerializer.INSTANCE;
    }
  }
}
