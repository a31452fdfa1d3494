package io.millrace.job.ratelimit;

import io.millrace.schema.Topics;
import io.millrace.schema.ratelimit.LimitAlgorithm;
import io.millrace.schema.ratelimit.LimitRuled;
import io.millrace.schema.ratelimit.LimitedDimension;
import io.millrace.schema.ratelimit.RequestReceived;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What a job is told that goes on with {@link CannedLimits} and decides in the order of times. */
final class LimitRuns {
  private static final String CLOSING = "closing-";
  private static final long CLOSING_AT = CannedLimits.START + 600_000;

  private LimitRuns() {}

  /** The options of a job that takes requests and rules in order. */
  static Map<String, String> options(String coordination) {
    return new TreeMap<>(
        Map.of("coordination", coordination, "order", "event-time", "usage-window", "10s"));
  }

  /** A rule of no account in each partition, after which all before are known. */
  static List<ProducerRecord<byte[], byte[]>> ofNoAccount(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      LimitRuled rule =
          new LimitRuled(
              "later",
              1,
              CLOSING_AT + 600_000,
              LimitedDimension.ROUTE,
              null,
              null,
              LimitAlgorithm.FIXED_WINDOW,
              1,
              "PT1S",
              null,
              null,
              null,
              null);
      records.add(
          new ProducerRecord<>(
              prefix + Topics.RATELIMIT_RULES.name(),
              partition,
              new byte[] {1},
              Topics.RATELIMIT_RULES.codec().encode(rule)));
    }
    return records;
  }

  /** A request in each partition, after which every one before is decided. */
  static List<ProducerRecord<byte[], byte[]>> closing(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      RequestReceived request =
          new RequestReceived(
              CLOSING + partition, CLOSING_AT, null, "nobody", null, null, null, null);
      records.add(
          new ProducerRecord<>(
              prefix + Topics.RATELIMIT_REQUESTS.name(),
              partition,
              new byte[] {1},
              Topics.RATELIMIT_REQUESTS.codec().encode(request)));
    }
    return records;
  }

  /** {@link VerdictLines} without those of {@link #closing}. */
  static List<String> verdicts(String bootstrap, String prefix) throws IOException {
    return VerdictLines.committed(bootstrap, prefix).stream()
        .filter(line -> !line.startsWith(CLOSING))
        .toList();
  }

  /**
   * Of each verdict its request, and a line for whatever is wrong with them: repetitions that
   * differ, and a second in which all together got more than a limit.
   */
  static List<String> answered(
      String bootstrap, String prefix, List<RequestReceived> requests, long limit)
      throws IOException {
    Map<String, RequestReceived> byId = new TreeMap<>();
    requests.forEach(request -> byId.put(request.requestId(), request));
    List<String> answered = new ArrayList<>();
    Map<String, String> verdicts = new TreeMap<>();
    for (String line : verdicts(bootstrap, prefix)) {
      String id = line.substring(0, line.indexOf(' '));
      answered.add(id);
      String before = verdicts.put(id, line);
      if (before != null && !before.equals(line)) {
        answered.add("two verdicts: " + before + " and " + line);
      }
      if (!byId.containsKey(id)) {
        answered.add("not asked for: " + line);
      }
    }
    TreeMap<Long, Long> admitted = new TreeMap<>();
    verdicts.forEach(
        (id, line) -> {
          RequestReceived request = byId.get(id);
          if (request != null && line.split(" ", -1)[2].equals("true")) {
            admitted.merge(request.at(), request.cost() == null ? 1 : request.cost(), Long::sum);
          }
        });
    for (long at : Set.copyOf(admitted.keySet())) {
      long sum =
          admitted.subMap(at - 1_000, false, at, true).values().stream()
              .mapToLong(Long::longValue)
              .sum();
      if (sum > limit) {
        answered.add("in the second up to " + at + ": " + sum);
      }
    }
    return answered;
  }
}
