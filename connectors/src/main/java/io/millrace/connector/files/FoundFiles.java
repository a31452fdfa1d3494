package io.millrace.connector.files;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * What is known of a directory.
 *
 * @param fileIds all files that were ever found, the latest last
 * @param listed those of the last listing that were found, as it shows them
 * @param waiting those that no task reads yet
 */
record FoundFiles(List<String> fileIds, List<FileStat> listed, List<FileSplit> waiting) {
  static final FoundFiles NONE = new FoundFiles(List.of(), List.of(), List.of());

  FoundFiles {
    fileIds = List.copyOf(fileIds);
    listed = List.copyOf(listed);
    waiting = List.copyOf(waiting);
  }

  /** The form in checkpoints. */
  static final class Serializer implements SimpleVersionedSerializer<FoundFiles> {
    private static final int VERSION = 1;

    @Override
    public int getVersion() {
      return VERSION;
    }

    @Override
    public byte[] serialize(FoundFiles found) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(found.fileIds.size());
      for (String fileId : found.fileIds) {
        out.writeUTF(fileId);
      }
      out.writeInt(found.listed.size());
      for (FileStat file : found.listed) {
        out.writeUTF(file.name());
        out.writeLong(file.size());
        out.writeLong(file.modifiedAt());
      }
      out.writeInt(found.waiting.size());
      for (FileSplit split : found.waiting) {
        FileSplitSerializer.write(split, out);
      }
      return bytes.toByteArray();
    }

    @Override
    public FoundFiles deserialize(int version, byte[] serialized) throws IOException {
      if (version != VERSION) {
        throw new IOException("found files of version " + version + " are not known here");
      }
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(serialized));
      List<String> fileIds = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        fileIds.add(in.readUTF());
      }
      List<FileStat> listed = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        listed.add(new FileStat(in.readUTF(), in.readLong(), in.readLong()));
      }
      List<FileSplit> waiting = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        waiting.add(FileSplitSerializer.read(in));
      }
      return new FoundFiles(fileIds, listed, waiting);
    }
  }
}
