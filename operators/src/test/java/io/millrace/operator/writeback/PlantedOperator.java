package io.millrace.operator.writeback;

import io.millrace.operator.writeback.Tally.Change;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.streaming.api.operators.InternalTimer;

/** An operator with one mistake. */
final class PlantedOperator extends WriteBackOperator<Long, Change, String> {
  private static final long serialVersionUID = 1L;

  /** By task and state: tables that outlive their operator. */
  private static final Map<String, KeptTable> KEPT = new HashMap<>();

  private static boolean inTimer;

  private final Planted bug;
  private int made;

  PlantedOperator(Tally function, WriteBackSpec spec, Planted bug) {
    super(function, spec);
    this.bug = bug;
  }

  static void forget() {
    KEPT.clear();
    inTimer = false;
  }

  @Override
  void flush() throws Exception {
    if (bug != Planted.NO_FLUSH_ON_BARRIER) {
      super.flush();
    }
  }

  @Override
  void remember(WriteBackState<Long, ?> state) throws Exception {
    if (bug != Planted.FILTER_LOST_ON_RESTORE) {
      super.remember(state);
    }
  }

  @Override
  CurrentKey<Long> currentKey(KeyedStateBackend<Long> backend) {
    if (bug != Planted.STORED_UNDER_WRONG_KEY) {
      return super.currentKey(backend);
    }
    return new CurrentKey<>(backend) {
      @Override
      void select(byte[] bytes, int start, int length) {
        select();
      }
    };
  }

  @Override
  public void onEventTime(InternalTimer<Long, VoidNamespace> timer) throws Exception {
    inTimer = bug == Planted.TIMER_SEES_STORED_VALUE;
    super.onEventTime(timer);
    inTimer = false;
  }

  @Override
  EntryTable.Maker tables() {
    return switch (bug) {
      case CLEAN_STORED_AS_DIRTY -> DirtyTable::new;
      case TIMER_SEES_STORED_VALUE -> BlindTable::new;
      case CACHE_KEPT_AFTER_RESTORE, CACHE_KEPT_AFTER_KEY_GROUP_LOSS -> this::kept;
      default -> super.tables();
    };
  }

  private EntryTable kept(long bytes, int mostDirty, EntryTable.Writer writer) {
    int tasks = getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks();
    String name = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() + "/" + made++;
    KeptTable table = KEPT.get(name);
    boolean keeps =
        bug == Planted.CACHE_KEPT_AFTER_RESTORE || (table != null && table.tasks < tasks);
    if (table == null || !keeps) {
      table = new KeptTable(bytes, mostDirty, new Forwarded(writer));
      KEPT.put(name, table);
    }
    table.tasks = tasks;
    table.forwarded.writer = writer;
    return table;
  }

  /** Passes on to the writer of the operator that has the table now. */
  private static final class Forwarded implements EntryTable.Writer {
    private EntryTable.Writer writer;

    Forwarded(EntryTable.Writer writer) {
      this.writer = writer;
    }

    @Override
    public void write(byte[] bytes, int keyStart, int keyLength, int valueStart, int valueLength)
        throws Exception {
      writer.write(bytes, keyStart, keyLength, valueStart, valueLength);
    }
  }

  private static final class KeptTable extends EntryTable {
    private final Forwarded forwarded;
    private int tasks;

    KeptTable(long bytes, int mostDirty, Forwarded forwarded) {
      super(bytes, mostDirty, forwarded);
      this.forwarded = forwarded;
    }
  }

  private static final class DirtyTable extends EntryTable {
    DirtyTable(long bytes, int mostDirty, Writer writer) {
      super(bytes, mostDirty, writer);
    }

    @Override
    int put(int entry, int hash, byte[] key, int keyLength, byte[] value, int length, boolean isNew)
        throws Exception {
      return super.put(entry, hash, key, keyLength, value, length, true);
    }
  }

  private static final class BlindTable extends EntryTable {
    BlindTable(long bytes, int mostDirty, Writer writer) {
      super(bytes, mostDirty, writer);
    }

    @Override
    int find(int hash, byte[] key, int length) {
      return inTimer ? NONE : super.find(hash, key, length);
    }
  }
}
