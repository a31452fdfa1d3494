package io.millrace.job.bench;

import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.api.connector.source.lib.util.IteratorSourceReaderBase;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.NumberSequenceIterator;

/** Sends the keys of a {@link KeyFile}, many at a time, so that little but the job is measured. */
@SuppressWarnings("try") // A reader declares that close may be interrupted.
final class KeySource extends NumberSequenceSource {
  private static final long serialVersionUID = 1L;
  private static final int AT_ONCE = 64;

  private final String file;

  private KeySource(String file, int keys) {
    super(0, keys - 1L);
    this.file = file;
  }

  /** Of a file. */
  static KeySource of(String file) {
    return new KeySource(file, KeyFile.read(file).length);
  }

  @Override
  public SourceReader<Long, NumberSequenceSplit> createReader(SourceReaderContext context) {
    return new Reader(context, KeyFile.read(file));
  }

  private static final class Reader
      extends IteratorSourceReaderBase<Long, Long, NumberSequenceIterator, NumberSequenceSplit> {
    private final long[] keys;

    Reader(SourceReaderContext context, long[] keys) {
      super(context);
      this.keys = keys;
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Long> output) {
      InputStatus status = super.pollNext(output);
      for (int i = 1; i < AT_ONCE && status == InputStatus.MORE_AVAILABLE; i++) {
        status = super.pollNext(output);
      }
      return status;
    }

    @Override
    protected Long convert(Long number) {
      return keys[Math.toIntExact(number)];
    }
  }
}
