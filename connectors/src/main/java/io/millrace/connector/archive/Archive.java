package io.millrace.connector.archive;

import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.connector.file.sink.FileSink;
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
 * <p><b>Space</b>: the buffer of a file for each day that has one open.
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
  private final FileSink<T> files;

  private Archive(Path root, FileSink<T> files) {
    this.root = root.toString();
    this.files = files;
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
    FileSink<T> files =
        FileSink.<T>forRowFormat(
                root,
                (each, out) -> {
                  out.write(row.apply(each));
                  out.write('\n');
                })
            .withBucketAssigner(new Days<>(at))
            .withRollingPolicy(
                DefaultRollingPolicy.builder()
                    .withMaxPartSize(config.get(ArchiveOptions.ARCHIVE_ROLL_SIZE))
                    .withRolloverInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .withInactivityInterval(config.get(ArchiveOptions.ARCHIVE_ROLL_INTERVAL))
                    .build())
            .withOutputFileConfig(OutputFileConfig.builder().withPartSuffix(SUFFIX).build())
            .build();
    return new Archive<>(root, files);
  }

  @Override
  public ArchiveWriter<T> createWriter(WriterInitContext context) throws IOException {
    directory().open();
    return new ArchiveWriter<>(files.createWriter(context), task(context));
  }

  @Override
  public ArchiveWriter<T> restoreWriter(
      WriterInitContext context, Collection<FileWriterBucketState> state) throws IOException {
    return new ArchiveWriter<>(files.restoreWriter(context, state), task(context));
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
