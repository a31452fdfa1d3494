package io.millrace.operator.geo;

import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** Both operators of shares, one behind the other. */
final class Sharing implements AutoCloseable {
  private static final WriteBackSpec STATE = WriteBackSpec.DEFAULT.withObjects(2);
  private final ShareSpec spec;
  private KeyedOneInputStreamOperatorTestHarness<String, OwnerEvent, ViewerEvent> owners;
  private KeyedOneInputStreamOperatorTestHarness<String, ShareStep, ViewerEvent> audience;
  private final List<ViewerEvent> seen = new ArrayList<>();
  private final List<ShareStep> steps = new ArrayList<>();
  private final List<OwnerEvent> impossible = new ArrayList<>();
  private final List<PlaceEvent> atPlaces = new ArrayList<>();
  private final List<Tuple2<OwnerEvent, Long>> late = new ArrayList<>();

  Sharing(ShareSpec spec) throws Exception {
    this.spec = spec;
    owners = owners(null);
    audience = audience(null);
  }

  private KeyedOneInputStreamOperatorTestHarness<String, OwnerEvent, ViewerEvent> owners(
      @Nullable OperatorSubtaskState saved) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            WriteBack.operator(new OwnerFunction(spec), STATE), OwnerEvent::ownerId, Types.STRING);
    if (saved != null) {
      harness.initializeState(saved);
    }
    harness.open();
    return harness;
  }

  private static KeyedOneInputStreamOperatorTestHarness<String, ShareStep, ViewerEvent> audience(
      @Nullable OperatorSubtaskState saved) throws Exception {
    var harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            WriteBack.operator(new AudienceFunction(), STATE), ShareStep::key, Types.STRING);
    if (saved != null) {
      harness.initializeState(saved);
    }
    harness.open();
    return harness;
  }

  /** Saves both, and goes on from what was saved. */
  void restart() throws Exception {
    OperatorSubtaskState ofOwners = owners.snapshot(1, 1);
    OperatorSubtaskState ofAudience = audience.snapshot(1, 1);
    close();
    owners = owners(ofOwners);
    audience = audience(ofAudience);
  }

  void happen(OwnerEvent event) throws Exception {
    owners.processElement(event, event.at());
    pass();
  }

  void watermark(long at) throws Exception {
    owners.processWatermark(at);
    pass();
  }

  void clock(long at) throws Exception {
    owners.setProcessingTime(at);
    pass();
  }

  private void pass() throws Exception {
    seen.addAll(owners.extractOutputValues());
    drain(OwnerFunction.PAGES, steps);
    for (ShareStep step : steps) {
      audience.processElement(step, step.at());
    }
    steps.clear();
    owners.getOutput().clear();
    seen.addAll(audience.extractOutputValues());
    audience.getOutput().clear();
    drain(OwnerFunction.IMPOSSIBLE, impossible);
    drain(OwnerFunction.LATE, late);
    drain(OwnerFunction.AT_PLACES, atPlaces);
  }

  private <T> void drain(OutputTag<T> tag, List<T> into) {
    var output = owners.getSideOutput(tag);
    if (output != null) {
      for (StreamRecord<T> record = output.poll(); record != null; record = output.poll()) {
        into.add(record.getValue());
      }
    }
  }

  /** Takes what viewers have seen, as {@code viewer grant at}, and ends as {@code -grant at}. */
  List<String> seen() {
    List<String> lines = new ArrayList<>();
    for (ViewerEvent event : seen) {
      lines.add(
          event.spot() == null
              ? "-" + event.grantId() + " " + event.at()
              : event.viewerId() + " " + event.grantId() + " " + event.at());
    }
    seen.clear();
    return lines;
  }

  /** What happened at places, as {@code moment at since}. */
  List<String> atPlaces() {
    return atPlaces.stream()
        .map(event -> event.moment() + " " + event.at() + " " + event.enteredAt())
        .toList();
  }

  List<OwnerEvent> impossible() {
    return impossible;
  }

  List<Tuple2<OwnerEvent, Long>> late() {
    return late;
  }

  /** How many entries of state there are, once all is stored. */
  int entries() throws Exception {
    owners.snapshot(2, 2);
    audience.snapshot(2, 2);
    return owners.numKeyedStateEntries() + audience.numKeyedStateEntries();
  }

  int timers() {
    return owners.numEventTimeTimers() + owners.numProcessingTimeTimers();
  }

  @Override
  public void close() {
    try {
      owners.close();
      audience.close();
    } catch (Exception e) {
      throw new IllegalStateException("the operators could not be closed", e);
    }
  }
}
