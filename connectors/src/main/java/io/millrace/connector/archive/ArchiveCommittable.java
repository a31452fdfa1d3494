package io.millrace.connector.archive;

import java.io.IOException;
import org.apache.flink.connector.file.sink.FileSinkCommittable;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What is decided with a checkpoint: that a file is finished, or that a task has no more rows.
 *
 * @param file the file; null where the task has ended
 * @param end names the task that has ended, its run and how many tasks there are; empty for a file
 */
record ArchiveCommittable(@Nullable FileSinkCommittable file, String end) {
  static ArchiveCommittable of(FileSinkCommittable file) {
    return new ArchiveCommittable(file, "");
  }

  static ArchiveCommittable end(String task) {
    return new ArchiveCommittable(null, task);
  }

  /** Its form in checkpoints. */
  record Serializer(SimpleVersionedSerializer<FileSinkCommittable> files)
      implements SimpleVersionedSerializer<ArchiveCommittable> {
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(ArchiveCommittable committable) throws IOException {
      DataOutputSerializer out = new DataOutputSerializer(256);
      out.writeUTF(committable.end());
      FileSinkCommittable file = committable.file();
      if (file != null) {
        SimpleVersionedSerialization.writeVersionAndSerialize(files, file, out);
      }
      return out.getCopyOfBuffer();
    }

    @Override
    public ArchiveCommittable deserialize(int version, byte[] bytes) throws IOException {
      if (version != VERSION) {
        throw new IOException("no form of version " + version + " is known");
      }
      DataInputDeserializer in = new DataInputDeserializer(bytes);
      String end = in.readUTF();
      return end.isEmpty()
          ? of(SimpleVersionedSerialization.readVersionAndDeSerialize(files, in))
          : end(end);
    }
  }
}
