package io.millrace.connector.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/** The form of {@link FileSplit} in checkpoints. */
final class FileSplitSerializer implements SimpleVersionedSerializer<FileSplit> {
  static final int VERSION = 1;

  @Override
  public int getVersion() {
    return VERSION;
  }

  @Override
  public byte[] serialize(FileSplit split) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    write(split, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Override
  public FileSplit deserialize(int version, byte[] serialized) throws IOException {
    if (version != VERSION) {
      throw new IOException("a file's position of version " + version + " is not known here");
    }
    return read(new DataInputStream(new ByteArrayInputStream(serialized)));
  }

  static void write(FileSplit split, DataOutputStream out) throws IOException {
    IngestedFile file = split.file();
    out.writeUTF(file.fileId());
    out.writeUTF(file.name());
    out.writeLong(file.size());
    out.writeUTF(file.sha256());
    out.writeLong(file.modifiedAt());
    out.writeLong(file.foundAt());
    out.writeLong(split.position());
    out.writeBoolean(split.started());
    out.writeBoolean(split.ended());
    FileTally tally = split.tally();
    out.writeLong(tally.rowsIn());
    out.writeLong(tally.rowsOut());
    out.writeLong(tally.refused());
    writeOrNull(tally.firstAt(), out);
    writeOrNull(tally.lastAt(), out);
  }

  static FileSplit read(DataInputStream in) throws IOException {
    IngestedFile file =
        new IngestedFile(
            in.readUTF(), in.readUTF(), in.readLong(), in.readUTF(), in.readLong(), in.readLong());
    return new FileSplit(
        file,
        in.readLong(),
        in.readBoolean(),
        in.readBoolean(),
        new FileTally(in.readLong(), in.readLong(), in.readLong(), readOrNull(in), readOrNull(in)));
  }

  private static void writeOrNull(@Nullable Long value, DataOutputStream out) throws IOException {
    out.writeBoolean(value != null);
    if (value != null) {
      out.writeLong(value);
    }
  }

  private static @Nullable Long readOrNull(DataInputStream in) throws IOException {
    return in.readBoolean() ? in.readLong() : null;
  }
}
