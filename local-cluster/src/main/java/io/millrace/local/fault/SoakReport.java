package io.millrace.local.fault;

import java.util.List;
import java.util.stream.Collectors;

/** What came of a soak: how each of its figures went. */
public final class SoakReport {
  private final List<Drift> drifts;

  SoakReport(List<Drift> drifts) {
    this.drifts = List.copyOf(drifts);
  }

  /** A line for each figure. */
  public List<String> lines() {
    return drifts.stream().map(drift -> "soak           " + drift).toList();
  }

  /** Why the soak is not passed; empty where everything stayed flat. */
  public List<String> reasons() {
    return drifts.stream()
        .filter(drift -> !drift.isFlat())
        .map(drift -> drift.isKnown() ? drift.figure().name() + " grew" : drift.toString())
        .collect(Collectors.toUnmodifiableList());
  }
}
