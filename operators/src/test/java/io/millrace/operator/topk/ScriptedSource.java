package io.millrace.operator.topk;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Plays scripts, each as a split with watermarks of its own, and goes on after a failure where the
 * checkpoint was. Script i starts at task i modulo the parallelism.
 */
public final class ScriptedSource
    implements Source<Visit, ScriptedSource.Split, List<ScriptedSource.Split>> {
  private static final long serialVersionUID = 1L;

  private final List<Script> scripts;

  /** A source of one split for each script. */
  public ScriptedSource(List<Script> scripts) {
    this.scripts = new ArrayList<>(scripts);
  }

  /**
   * A script and how far it was played.
   *
   * @param script index of the script
   * @param position index of the next step
   */
  public record Split(int script, int position) implements SourceSplit {
    @Override
    public String splitId() {
      return "script-" + script;
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SplitEnumerator<Split, List<Split>> createEnumerator(
      SplitEnumeratorContext<Split> context) {
    List<Split> all = new ArrayList<>();
    for (int i = 0; i < scripts.size(); i++) {
      all.add(new Split(i, 0));
    }
    return new Enumerator(context, all);
  }

  @Override
  public SplitEnumerator<Split, List<Split>> restoreEnumerator(
      SplitEnumeratorContext<Split> context, List<Split> unassigned) {
    return new Enumerator(context, unassigned);
  }

  @Override
  public SourceReader<Visit, Split> createReader(SourceReaderContext context) {
    return new Reader(scripts);
  }

  @Override
  public SimpleVersionedSerializer<Split> getSplitSerializer() {
    return new SimpleVersionedSerializer<>() {
      @Override
      public int getVersion() {
        return 1;
      }

      @Override
      public byte[] serialize(Split split) {
        return ByteBuffer.allocate(8).putInt(split.script()).putInt(split.position()).array();
      }

      @Override
      public Split deserialize(int version, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Split(buffer.getInt(), buffer.getInt());
      }
    };
  }

  @Override
  public SimpleVersionedSerializer<List<Split>> getEnumeratorCheckpointSerializer() {
    return new SimpleVersionedSerializer<>() {
      @Override
      public int getVersion() {
        return 1;
      }

      @Override
      public byte[] serialize(List<Split> splits) {
        ByteBuffer buffer = ByteBuffer.allocate(8 * splits.size());
        splits.forEach(split -> buffer.putInt(split.script()).putInt(split.position()));
        return buffer.array();
      }

      @Override
      public List<Split> deserialize(int version, byte[] bytes) {
        List<Split> splits = new ArrayList<>();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          splits.add(new Split(buffer.getInt(), buffer.getInt()));
        }
        return splits;
      }
    };
  }

  private static final class Enumerator implements SplitEnumerator<Split, List<Split>> {
    private final SplitEnumeratorContext<Split> context;
    private final List<Split> unassigned;

    Enumerator(SplitEnumeratorContext<Split> context, List<Split> unassigned) {
      this.context = context;
      this.unassigned = new ArrayList<>(unassigned);
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {}

    @Override
    public void addSplitsBack(List<Split> splits, int subtask) {
      unassigned.addAll(splits);
    }

    @Override
    public void addReader(int subtask) {
      for (Split split : List.copyOf(unassigned)) {
        if (split.script() % context.currentParallelism() == subtask) {
          unassigned.remove(split);
          context.assignSplit(split, subtask);
        }
      }
      context.signalNoMoreSplits(subtask);
    }

    @Override
    public List<Split> snapshotState(long checkpointId) {
      return List.copyOf(unassigned);
    }

    @Override
    public void close() {}
  }

  private static final class Reader implements SourceReader<Visit, Split> {
    private final List<Script> scripts;
    private final List<Cursor> cursors = new ArrayList<>();
    private CompletableFuture<Void> splitsArrive = new CompletableFuture<>();
    private boolean noMoreSplits;
    private int next;

    Reader(List<Script> scripts) {
      this.scripts = scripts;
    }

    @Override
    public void start() {}

    @Override
    public void addSplits(List<Split> splits) {
      for (Split split : splits) {
        cursors.add(new Cursor(split, scripts.get(split.script()).steps()));
      }
      splitsArrive.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {
      noMoreSplits = true;
      splitsArrive.complete(null);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Visit> output) {
      // All splits are there before the first step, so that each holds the watermark back.
      if (!noMoreSplits) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      cursors.forEach(cursor -> cursor.open(output));
      for (int i = 0; i < cursors.size(); i++) {
        Cursor cursor = cursors.get(next++ % cursors.size());
        if (!cursor.done() && cursor.ready()) {
          cursor.step();
          return InputStatus.MORE_AVAILABLE;
        }
      }
      return cursors.stream().allMatch(Cursor::done)
          ? InputStatus.END_OF_INPUT
          : InputStatus.NOTHING_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      if (!noMoreSplits) {
        if (splitsArrive.isDone()) {
          splitsArrive = new CompletableFuture<>();
        }
        return splitsArrive;
      }
      CompletableFuture<?>[] blocked =
          cursors.stream()
              .filter(cursor -> !cursor.done())
              .map(cursor -> cursor.blocked)
              .toArray(CompletableFuture<?>[]::new);
      // Flink may ask after the last step too, before it learns that nothing is left.
      return blocked.length == 0
          ? CompletableFuture.completedFuture(null)
          : CompletableFuture.anyOf(blocked).thenApply(any -> null);
    }

    @Override
    public List<Split> snapshotState(long checkpointId) {
      cursors.forEach(cursor -> cursor.snapshotTaken(checkpointId));
      return cursors.stream().map(Cursor::split).toList();
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      cursors.forEach(cursor -> cursor.checkpointComplete(checkpointId));
    }

    @Override
    public void close() {}
  }

  /** Plays one script. */
  private static final class Cursor {
    private final int script;
    private final List<Script.Step> steps;
    private int position;
    private @Nullable SourceOutput<Visit> output;
    private @Nullable ReaderOutput<Visit> outputs;
    private CompletableFuture<Void> blocked = CompletableFuture.completedFuture(null);
    private boolean awaitsCheckpoint;
    private long awaitedCheckpoint = Long.MAX_VALUE;

    Cursor(Split split, List<Script.Step> steps) {
      this.script = split.script();
      this.position = split.position();
      this.steps = steps;
    }

    Split split() {
      return new Split(script, position);
    }

    boolean done() {
      return position == steps.size();
    }

    void open(ReaderOutput<Visit> all) {
      if (outputs == null) {
        outputs = all;
        output = all.createOutputForSplit(split().splitId());
        finishIfDone();
      }
    }

    boolean ready() {
      if (steps.get(position) instanceof Script.Await await) {
        blocked = Signals.of(await.signal());
      } else if (steps.get(position) instanceof Script.AwaitCheckpoint && !awaitsCheckpoint) {
        awaitsCheckpoint = true;
        blocked = new CompletableFuture<>();
      }
      return blocked.isDone();
    }

    void snapshotTaken(long checkpointId) {
      if (awaitsCheckpoint && awaitedCheckpoint == Long.MAX_VALUE) {
        awaitedCheckpoint = checkpointId;
      }
    }

    void checkpointComplete(long checkpointId) {
      if (awaitsCheckpoint && checkpointId >= awaitedCheckpoint) {
        blocked.complete(null);
      }
    }

    void step() {
      SourceOutput<Visit> to = Objects.requireNonNull(output);
      Script.Step step = steps.get(position);
      if (step instanceof Script.Emit emit) {
        to.collect(emit.visit(), emit.visit().at());
      } else if (step instanceof Script.Mark mark) {
        to.emitWatermark(new Watermark(mark.watermark()));
      } else if (step instanceof Script.GoIdle) {
        to.markIdle();
      } else if (step instanceof Script.Signal signal) {
        Signals.give(signal.signal());
      } else if (step instanceof Script.FailOnce fail && Signals.first(fail.name())) {
        throw new IllegalStateException("failed as the script says: " + fail.name());
      }
      position++;
      blocked = CompletableFuture.completedFuture(null);
      awaitsCheckpoint = false;
      awaitedCheckpoint = Long.MAX_VALUE;
      finishIfDone();
    }

    /** A split that is done holds no watermark back. */
    private void finishIfDone() {
      if (done() && outputs != null) {
        outputs.releaseOutputForSplit(split().splitId());
      }
    }
  }
}
