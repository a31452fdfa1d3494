package io.millrace.operator.logs;

import java.util.List;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.co.CoBroadcastWithKeyedOperator;

/**
 * Runs {@link LogFunction}, which keeps accounts at hand, and has those that changed stored before
 * a checkpoint.
 */
final class LogOperator extends CoBroadcastWithKeyedOperator<String, LogLine, LogNews, LogEvent> {
  private static final long serialVersionUID = 1L;

  LogOperator(LogFunction function) {
    super(function, List.of(LogFunction.NEWS));
  }

  @Override
  public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
    super.prepareSnapshotPreBarrier(checkpointId);
    function().store(this::setCurrentKey);
  }

  @Override
  public void snapshotState(StateSnapshotContext context) throws Exception {
    // Whoever takes a snapshot without a barrier, as Flink's test harness does.
    function().store(this::setCurrentKey);
    super.snapshotState(context);
  }

  private LogFunction function() {
    return (LogFunction) getUserFunction();
  }
}
