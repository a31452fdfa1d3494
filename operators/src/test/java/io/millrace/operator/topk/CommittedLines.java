package io.millrace.operator.topk;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** A sink whose lines count once their checkpoint is complete, each once. */
public final class CommittedLines implements Sink<String>, SupportsCommitter<CommittedLines.Batch> {
  private static final long serialVersionUID = 1L;
  private static final Map<String, Map<String, List<String>>> COMMITTED = new ConcurrentHashMap<>();

  private final String run;

  /** A sink of a run. */
  public CommittedLines(String run) {
    this.run = run;
  }

  /** Lines written between two checkpoints. */
  public record Batch(String id, List<String> lines) {}

  /** All lines committed in that run, sorted. */
  public static List<String> of(String run) {
    return COMMITTED.getOrDefault(run, Map.of()).values().stream()
        .flatMap(List::stream)
        .sorted()
        .toList();
  }

  @Override
  public CommittingSinkWriter<String, Batch> createWriter(WriterInitContext context) {
    String name = run;
    return new CommittingSinkWriter<>() {
      private List<String> lines = new ArrayList<>();

      @Override
      public void write(String line, Context each) {
        lines.add(line);
        // A line that starts a window's end, so that sources can wait for it: "R|page|0|60000|...".
        String[] fields = line.split("\\|", 5);
        if (fields[0].equals("R")) {
          Signals.give(name + " published " + fields[3]);
        }
      }

      @Override
      public void flush(boolean endOfInput) {}

      @Override
      public Collection<Batch> prepareCommit() {
        List<String> written = lines;
        lines = new ArrayList<>();
        return written.isEmpty()
            ? List.of()
            : List.of(new Batch(UUID.randomUUID().toString(), written));
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public Committer<Batch> createCommitter(CommitterInitContext context) {
    String name = run;
    return new Committer<>() {
      @Override
      public void commit(Collection<CommitRequest<Batch>> requests) {
        for (CommitRequest<Batch> request : requests) {
          COMMITTED
              .computeIfAbsent(name, any -> new ConcurrentHashMap<>())
              .putIfAbsent(request.getCommittable().id(), request.getCommittable().lines());
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public SimpleVersionedSerializer<Batch> getCommittableSerializer() {
    return new SimpleVersionedSerializer<>() {
      @Override
      public int getVersion() {
        return 1;
      }

      @Override
      public byte[] serialize(Batch batch) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF(batch.id());
        out.writeInt(batch.lines().size());
        for (String line : batch.lines()) {
          out.writeInt(line.length());
          out.writeChars(line);
        }
        return bytes.toByteArray();
      }

      @Override
      public Batch deserialize(int version, byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String id = in.readUTF();
        List<String> lines = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
          StringBuilder line = new StringBuilder();
          for (int length = in.readInt(); length > 0; length--) {
            line.append(in.readChar());
          }
          lines.add(line.toString());
        }
        return new Batch(id, lines);
      }
    };
  }
}
