package io.millrace.local.fault;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.logs.LogFormat;
import io.millrace.schema.logs.LogLineReceived;
import io.millrace.schema.logs.LogRuleKind;
import io.millrace.schema.logs.LogRuleSet;
import io.millrace.schema.logs.LogServiceDescribed;
import io.millrace.schema.logs.LogSourceDescribed;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/** Tries log ingestion with lines of one source, some of which are no JSON. */
final class LogTrial implements Trial {
  static final String SOURCE = "shop";
  static final long MINUTE_MILLIS = 60_000;
  static final long OUT_OF_ORDERNESS_MILLIS = 2_000;
  static final List<String> LEVELS = List.of("DEBUG", "INFO", "INFO", "INFO", "WARN", "ERROR");

  private static final int MAX_DELAY_MILLIS = 2_000;
  private static final long DESCRIBED_MILLIS_BEFORE = 60_000;
  private static final String PULSE = "pulse";

  private final SplittableRandom random;
  private final IntSupplier poison;
  private final long describedAt = System.currentTimeMillis() - DESCRIBED_MILLIS_BEFORE;

  LogTrial(long seed, IntSupplier poison) {
    random = new SplittableRandom(seed);
    this.poison = poison;
  }

  @Override
  public Topic<?> input() {
    return Topics.LOGS_RAW;
  }

  @Override
  public List<SideInput<?>> sides() {
    return List.of(
        new SideInput<>(
            Topics.LOG_SOURCES, List.of(source(SOURCE, describedAt)), at -> source(PULSE, at)),
        new SideInput<>(
            Topics.LOG_RULES,
            List.of(),
            at -> new LogRuleSet(PULSE, at, at, LogRuleKind.COUNT, null, null, null, null, true)),
        new SideInput<>(
            Topics.LOG_SERVICES,
            List.of(),
            at -> new LogServiceDescribed(PULSE, at, at, null, true)));
  }

  @Override
  public Map<String, String> settings() {
    return Map.of(
        "source",
        SOURCE,
        "order",
        "event-time",
        "max-out-of-orderness",
        OUT_OF_ORDERNESS_MILLIS + "ms",
        "idle-timeout",
        "0s");
  }

  @Override
  public LedgerRecord next(RecordId id, long now) {
    long at = now - random.nextInt(MAX_DELAY_MILLIS);
    if (random.nextInt(Trials.POISON_OF) < poison.getAsInt()) {
      byte[] value = ("no object: " + id.mark()).getBytes(StandardCharsets.UTF_8);
      return new LedgerRecord(id, at, SOURCE, value, null);
    }
    return record(id, at);
  }

  @Override
  public LedgerRecord closing(RecordId id, long now) {
    return record(id, now + OUT_OF_ORDERNESS_MILLIS + 2 * MINUTE_MILLIS);
  }

  @Override
  public JobOracle oracle(Ledger ledger) {
    return new LogOracle(ledger);
  }

  private LedgerRecord record(RecordId id, long at) {
    String line =
        String.format(
            "{\"time\":%d,\"level\":\"%s\",\"message\":\"%s\"}",
            at, LEVELS.get(random.nextInt(LEVELS.size())), id.mark());
    return new LedgerRecord(
        id,
        at,
        SOURCE,
        line.getBytes(StandardCharsets.UTF_8),
        new LogLineReceived(SOURCE, line, at));
  }

  private static LogSourceDescribed source(String name, long at) {
    return new LogSourceDescribed(
        name, at, at, LogFormat.JSON, null, null, null, null, null, null, null, null, null, null);
  }
}
