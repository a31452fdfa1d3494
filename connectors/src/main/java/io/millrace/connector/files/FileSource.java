package io.millrace.connector.files;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.source.reader.SingleThreadMultiplexSourceReaderBase;
import org.apache.flink.connector.base.source.reader.splitreader.SplitReader;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.metrics.Counter;

/**
 * The files of a directory, each once by its name, size and contents, row by row.
 *
 * <p>A file is listed until it is complete, read once for its digest and then by one task. A
 * checkpoint holds how far each is, and after a failure it goes on from there: plain CSV and JSON
 * at the byte of the next row, XML and archives from their start, passing over the rows that were
 * read. A file that is changed while it is read is damaged from there on, and its new contents are
 * another file.
 *
 * <p><b>Space</b>: one batch of rows and the largest row a task, whatever the size of a file; 40
 * bytes for each file that is remembered. <b>Replay</b>: exactly once. <b>Order</b>: rows of a file
 * come in their order, files in none.
 */
public final class FileSource
    implements Source<FileEvent, FileSplit, FoundFiles>, ResultTypeQueryable<FileEvent> {
  private static final long serialVersionUID = 1L;

  private final FileLocation location;
  private final WatchSpec watch;
  private final FormatSpec format;

  /** The files of a location. */
  public FileSource(FileLocation location, WatchSpec watch, FormatSpec format) {
    this.location = location;
    this.watch = watch;
    this.format = format;
  }

  @Override
  public Boundedness getBoundedness() {
    return watch.bounded() ? Boundedness.BOUNDED : Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public TypeInformation<FileEvent> getProducedType() {
    return TypeInformation.of(FileEvent.class);
  }

  @Override
  public SplitEnumerator<FileSplit, FoundFiles> createEnumerator(
      SplitEnumeratorContext<FileSplit> context) {
    return new FileEnumerator(context, location, watch, FoundFiles.NONE);
  }

  @Override
  public SplitEnumerator<FileSplit, FoundFiles> restoreEnumerator(
      SplitEnumeratorContext<FileSplit> context, FoundFiles before) {
    return new FileEnumerator(context, location, watch, before);
  }

  @Override
  public SourceReader<FileEvent, FileSplit> createReader(SourceReaderContext context) {
    Counter retries = context.metricGroup().counter("numFileRetries");
    return new Reader(context, () -> new FileSplitReader(location.open(), format, retries::inc));
  }

  @Override
  public SimpleVersionedSerializer<FileSplit> getSplitSerializer() {
    return new FileSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<FoundFiles> getEnumeratorCheckpointSerializer() {
    return new FoundFiles.Serializer();
  }

  /** Asks for a file whenever it has none. */
  @SuppressWarnings("try") // Flink closes its readers, and says that this may be interrupted.
  private static final class Reader
      extends SingleThreadMultiplexSourceReaderBase<
          FileStep, FileEvent, FileSplit, FileEmitter.Progress> {
    Reader(SourceReaderContext context, Supplier<SplitReader<FileStep, FileSplit>> readers) {
      super(readers, new FileEmitter(context.metricGroup()), new Configuration(), context);
    }

    @Override
    public void start() {
      if (getNumberOfCurrentlyAssignedSplits() == 0) {
        context.sendSplitRequest();
      }
    }

    @Override
    protected void onSplitFinished(Map<String, FileEmitter.Progress> finished) {
      context.sendSplitRequest();
    }

    @Override
    protected FileEmitter.Progress initializedState(FileSplit split) {
      return new FileEmitter.Progress(split);
    }

    @Override
    protected FileSplit toSplitType(String splitId, FileEmitter.Progress progress) {
      return progress.split();
    }
  }
}
