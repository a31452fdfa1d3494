package io.millrace.operator.topk;

import io.millrace.operator.sketch.ExactCounts;
import io.millrace.operator.sketch.ItemEstimate;
import io.millrace.operator.topk.PartialCount.Bucket;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/** Partial counts made by hand and shown as text. */
final class Partials {
  private Partials() {}

  /** Counts of one bucket of the dimension "page". */
  static PartialCount of(int bucket, long paneStart, long firstWindowEnd, ExactCounts counts) {
    return new PartialCount(
        new Bucket("page", bucket), paneStart, firstWindowEnd, counts.toBytes());
  }

  /** Counts of a pane all of whose windows are open: one for each item. */
  static PartialCount of(PanedWindows windows, int bucket, long paneStart, String... items) {
    ExactCounts counts = new ExactCounts();
    for (String item : items) {
      counts.add(item, 1);
    }
    return of(bucket, paneStart, windows.firstWindowEnd(paneStart), counts);
  }

  /**
   * What an operator sent, in its order, and then forgotten: watermarks as {@code "watermark 5"},
   * the partial counts between two of them as {@code "page 0 until 60: a=1 b=2"}, where 0 is the
   * start of the pane and 60 the end of its first window.
   */
  static List<String> drain(Collection<Object> output) {
    List<String> lines = new ArrayList<>();
    Map<String, ExactCounts> counts = new TreeMap<>();
    for (Object each : output) {
      if (each instanceof Watermark mark) {
        describe(counts, lines);
        lines.add("watermark " + mark.getTimestamp());
      } else if (each instanceof StreamRecord<?> element
          && element.getValue() instanceof PartialCount partial) {
        counts
            .computeIfAbsent(
                partial.bucket().dimension()
                    + " "
                    + partial.paneStart()
                    + " until "
                    + partial.firstWindowEnd(),
                any -> new ExactCounts())
            .merge(partial.sketch());
      } else {
        describe(counts, lines);
        lines.add(each.toString());
      }
    }
    describe(counts, lines);
    output.clear();
    return lines;
  }

  private static void describe(Map<String, ExactCounts> counts, List<String> lines) {
    counts.forEach(
        (pane, sketch) -> {
          StringBuilder line = new StringBuilder(pane).append(':');
          for (ItemEstimate item : sketch.top(100)) {
            line.append(' ').append(item.item()).append('=').append(item.count());
          }
          lines.add(line.toString());
        });
    counts.clear();
  }
}
