package io.millrace.local;

import io.millrace.local.fault.FaultCampaign;
import io.millrace.local.fault.InputAudit;
import io.millrace.local.fault.JobOracle.Judgement;
import io.millrace.local.fault.LogSearch.Finding;
import io.millrace.local.fault.SoakReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run of the fault harness.
 *
 * @param plan the run
 * @param made how many records were made
 * @param acknowledged how many of them Kafka has
 * @param input the input topic against the ledger
 * @param output the sink topics against the oracle
 * @param faults what was done
 * @param findings what the logs say
 * @param soak how what the cluster holds went; null of a run that is no soak
 * @param unsettled why the job did not come to rest; null where it did
 */
record ChaosVerdict(
    ChaosPlan plan,
    long made,
    long acknowledged,
    InputAudit input,
    Judgement output,
    FaultCampaign faults,
    List<Finding> findings,
    @Nullable SoakReport soak,
    @Nullable String unsettled) {

  boolean passed() {
    return reasons().isEmpty();
  }

  /** The figures, and everything that was found. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(figure("records made", made));
    lines.add(figure("acknowledged", acknowledged));
    lines.add(figure("in the topic", input.records()));
    lines.add(figure("rows due", output.expected()));
    lines.add(figure("rows out", output.published()));
    lines.add(figure("lost", output.lost()));
    lines.add(figure("twice", output.twice()));
    lines.add(figure("wrong", output.wrong()));
    lines.add(figure("late", output.late()));
    lines.add(figure("dead letters", output.deadLetters()));
    lines.add("restarts       " + faults.restarts());
    if (soak != null) {
      lines.addAll(soak.lines());
    }
    for (Finding finding : findings) {
      lines.add(
          String.format(
              Locale.ROOT,
              "log            %s %d times, first %s",
              finding.kind(),
              finding.count(),
              finding.first()));
    }
    output.named().forEach(lines::add);
    input.named().forEach(lines::add);
    return lines;
  }

  /** The verdict in one line. */
  @Override
  public String toString() {
    List<String> reasons = reasons();
    return String.format(
        Locale.ROOT,
        "verdict: %s %s: %d of %d kills, %d other faults, %,d records, %,d rows: %d lost, %d twice,"
            + " %d wrong%s",
        reasons.isEmpty() ? "PASS" : "FAIL",
        plan.run().job().name(),
        faults.kills(),
        plan.schedule().kills(),
        faults.others(),
        acknowledged,
        output.published(),
        output.lost(),
        output.twice(),
        output.wrong(),
        reasons.isEmpty() ? "" : "; " + String.join("; ", reasons));
  }

  private List<String> reasons() {
    List<String> reasons = new ArrayList<>();
    if (!output.isClean()) {
      reasons.add("the output is not what the ledger demands");
    }
    if (output.expected() == 0) {
      reasons.add("nothing was due, so nothing is proven; feed for longer");
    }
    if (!input.isClean() || made != acknowledged) {
      reasons.add("the input topic is not what was fed");
    }
    if (unsettled != null) {
      reasons.add(unsettled);
    }
    if (soak != null) {
      reasons.addAll(soak.reasons());
    }
    if (faults.notRecovered() > 0) {
      reasons.add("the job did not come back from " + faults.notRecovered() + " faults");
    }
    for (Finding finding : findings) {
      if (finding.kind().isFailure()) {
        reasons.add("the logs tell of " + finding.kind());
      }
    }
    return reasons;
  }

  private static String figure(String name, long count) {
    return String.format(Locale.ROOT, "%-14s %,d", name, count);
  }
}
