package io.millrace.connector.archive;

import java.io.IOException;
import java.util.Collection;
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
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.SimpleVersionedStringSerializer;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.DefaultRollingPolicy;
import org.apache.flink.util.function.SerializableFunction;

/**
 * Writes rows into files of their day, each row once whatever fails, by Flink's {@link FileSink}. A
 * file is finished with the checkpoint after it is large or old enough, and at the end of a bounded
 * input; then it is read back and listed with its rows, bytes and SHA-256 in {@code _manifest}.
 * Unfinished files have names that begin with a dot. At the end of a bounded input {@code _SUCCESS}
 * says how much there is.
 *
 * <p><b>Space</b>: the buffer of a file for each day that has one open, and 64 KiB of rows for each
 * of the days that rows came of, at most 64 of them.
 *
 * @param <T> type of the rows
 */
public final class Archive<T>
    implements Sink<T>,
        SupportsWriterState<T, FileWriterBucketState>,
        SupportsCommitter<ArchiveCommittable> {
  private static final long serialVersionUID = 1L;
  private static final String SUFFIX = ".jsonl";

  private final String root;
  private final FileSink<DayRows> files;
  private final SerializableFunction<T, byte[]> row;
  private final SerializableFunction<T, Long> at;

  private Archive(
      Path root,
      FileSink<DayRows> files,
      SerializableFunction<T, byte[]> row,
      SerializableFunction<T, Long> at) {
    this.root = root.toString();
    this.files = files;
    this.row = row;
    this.at = at;
  }

  /**
   * An archive where the options say.
   *
   * @param name name of its directory
   * @param row the bytes of a row, without a line feed
   * @param at the time of a row, which says what day it is of, in milliseconds since the epoch
   * @throws IllegalArgumentException for an option that can't be
   */
  public static <T> Archive<T> of(
      ReadableConfig config,
      String name,
      SerializableFunction<T, byte[]> row,
      SerializableFunction<T, Long> at) {
    Path root = new Path(ArchiveOptions.directory(config), name);
    FileSink<DayRows> files =
        FileSink.<DayRows>forRowFormat(root, DayRows::writeTo)
            .withBucketAssigner(new Days())
            .withRollingPolicy(
                DefaultRollingPolicy.builder()
                    .withMaxPartSize(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE))
                    .withRolloverInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .withInactivityInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .build())
            .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(SUFFIX).build())
            .build();
    return new Archive<>(root, files, row, at);
  }

  @Override
  public ArchiveWriter<T> createWriter(WriterInitContext context) throws IOException {
    directory().open();
    return writer(files.createWriter(context), context);
  }

  @Override
  public ArchiveWriter<T> restoreWriter(
      WriterInitContext context, Collection<FileWriterBucketState> state) throws IOException {
    return writer(files.restoreWriter(context, state), context);
  }

  private ArchiveWriter<T> writer(FileWriter<DayRows> writer, WriterInitContext context) {
    return new ArchiveWriter<>(
        writer,
        row,
        at,
        context.metricGroup().getIOMetricGroup().getNumRecordsOutCounter(),
        task(context));
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

  /** A directory for each day. */
  private static final class Days implements BucketAssigner<DayRows, String> {
    private static final long serialVersionUID = 1L;

    @Override
    public String getBucketId(DayRows rows, Context context) {
      return rows.day();
    }

    @Override
    public SimpleVersionedSerializer<String> getSerializer() {
      return SimpleVersionedStringSerializer.INSTANCE;
    }
  }
}
