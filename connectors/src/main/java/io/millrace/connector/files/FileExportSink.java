package io.millrace.connector.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.metrics.Counter;

/**
 * Releases files that {@link FileDelivery#upload} wrote, each when the checkpoint that knows of it
 * is complete: what a reader sees is never taken back.
 *
 * <p><b>State</b>: the files of checkpoints that are not complete. <b>Replay</b>: idempotent.
 */
public final class FileExportSink implements Sink<ExportedFile>, SupportsCommitter<ExportedFile> {
  private static final long serialVersionUID = 1L;

  private final FileLocation location;

  /** Releases files of a location. */
  public FileExportSink(FileLocation location) {
    this.location = location;
  }

  @Override
  public CommittingSinkWriter<ExportedFile, ExportedFile> createWriter(WriterInitContext context) {
    return new Writer();
  }

  @Override
  public Committer<ExportedFile> createCommitter(CommitterInitContext context) {
    Counter retries = context.metricGroup().counter("numFileRetries");
    return new Releasing(new FileDelivery(location, retries::inc));
  }

  @Override
  public SimpleVersionedSerializer<ExportedFile> getCommittableSerializer() {
    return new Serializer();
  }

  /** Keeps files until the next barrier. */
  private static final class Writer implements CommittingSinkWriter<ExportedFile, ExportedFile> {
    private List<ExportedFile> written = new ArrayList<>();

    @Override
    public void write(ExportedFile file, Context context) {
      written.add(file);
    }

    @Override
    public void flush(boolean endOfInput) {
      // They are where they belong already, but for their names.
    }

    @Override
    public Collection<ExportedFile> prepareCommit() {
      List<ExportedFile> prepared = written;
      written = new ArrayList<>();
      return prepared;
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  private record Releasing(FileDelivery delivery) implements Committer<ExportedFile> {
    @Override
    public void commit(Collection<CommitRequest<ExportedFile>> requests) throws IOException {
      for (CommitRequest<ExportedFile> request : requests) {
        delivery.release(request.getCommittable());
      }
    }

    @Override
    public void close() throws IOException {
      delivery.close();
    }
  }

  /** A file's form in checkpoints. */
  static final class Serializer implements SimpleVersionedSerializer<ExportedFile> {
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(ExportedFile file) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(256);
      out.writeUTF(file.name());
      out.writeLong(file.rows());
      out.writeLong(file.bytes());
      out.writeUTF(file.sha256());
      out.writeLong(file.windowStart());
      out.writeLong(file.windowEnd());
      return out.getCopyOfBuffer();
    }

    @Override
    public ExportedFile deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) {
        throw new IOException("no form of version " + version + " is known");
      }
      DataInputDeserializer in = new DataInputDeserializer(bytes);
      return new ExportedFile(
          in.readUTF(), in.readLong(), in.readLong(), in.readUTF(), in.readLong(), in.readLong());
    }
  }
}
