package io.millrace.local.bench;

import io.millrace.local.flink.StateBackend;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Files of keys that are counted in the JVM that reads them. */
final class StateTestbed implements Testbed {
  private static final String MAIN_CLASS = "io.millrace.job.bench.StateJob";
  private static final String BARRIERS = "barriers";
  private static final String SLOW_BARRIERS = "slow-barriers";
  private static final String LONGEST_NANOS = "longest-barrier-nanos";
  private static final int MANAGED_MEBIBYTES = 256;
  private static final double NANOS_PER_MILLI = 1e6;

  private final Site site;
  private final Map<StateVariant.Keys, KeyLoad> loads;
  private final Map<String, Barriers> barriers = new LinkedHashMap<>();

  private StateTestbed(Site site, Map<StateVariant.Keys, KeyLoad> loads) {
    this.site = site;
    this.loads = loads;
  }

  /** How long barriers were held back by what is stored before they pass. */
  private record Barriers(long count, long slow, long longestNanos) {
    Barriers and(Barriers other) {
      return new Barriers(
          count + other.count, slow + other.slow, Math.max(longestNanos, other.longestNanos));
    }
  }

  /** Writes the keys that are counted; fewer where the user stops it meanwhile. */
  static StateTestbed open(Site site, BenchmarkRun.Scale scale) throws IOException {
    Set<StateVariant.Keys> counted = EnumSet.noneOf(StateVariant.Keys.class);
    scale.of(Benchmark.STATE).forEach(variant -> counted.add(((StateVariant) variant).keys()));
    Map<StateVariant.Keys, KeyLoad> loads = new EnumMap<>(StateVariant.Keys.class);
    for (StateVariant.Keys keys : counted) {
      Path file = site.directory().resolve(keys.code() + ".keys");
      loads.put(keys, KeyLoad.write(file, keys, scale.records(), scale.seed(), site.isStopped()));
    }
    return new StateTestbed(site, loads);
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    loads.forEach(
        (keys, load) ->
            lines.put(
                keys.code(),
                String.format(
                    Locale.ROOT,
                    "%,d records, keys drawn from %,d: %,d distinct",
                    load.records(),
                    StateVariant.KEYS,
                    load.distinct())));
    lines.put("jobs", setup(StateBackend.ROCKSDB).description());
    return lines;
  }

  @Override
  public JvmProgram program(Variant variant) {
    StateVariant own = (StateVariant) variant;
    List<String> arguments = new ArrayList<>(List.of("--keys", load(own).file().toString()));
    arguments.addAll(own.arguments());
    return new TimedJob(site.programs().jobs(), MAIN_CLASS, setup(own.backend()), arguments)
        .program(own.code());
  }

  private static TimedJob.Setup setup(StateBackend backend) {
    return new TimedJob.Setup(1, backend, MANAGED_MEBIBYTES, TimedJob.CHECKPOINT_INTERVAL);
  }

  private KeyLoad load(StateVariant variant) {
    return Objects.requireNonNull(loads.get(variant.keys()));
  }

  @Override
  public void check(Variant variant, Map<String, Long> figures) throws VoidRunException {
    StateVariant own = (StateVariant) variant;
    Figures of = new Figures(own.code(), figures);
    KeyLoad load = load(own);
    of.require("records read", RunTimes.SOURCE_RECORDS, load.records());
    of.require("records counted", Figures.RECORDS, load.records());
    of.require("sum of all counts", Figures.CHECKSUM, load.checksum());
    if (own.isCached()) {
      barriers.merge(
          own.code(),
          new Barriers(of.get(BARRIERS), of.get(SLOW_BARRIERS), of.get(LONGEST_NANOS)),
          Barriers::and);
    }
  }

  @Override
  public void clear(Variant variant) {}

  @Override
  public List<String> findings() {
    List<String> lines = new ArrayList<>();
    lines.add("how long values that are stored first hold a checkpoint's barrier back");
    barriers.forEach(
        (code, seen) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%-21s %d barriers, %d of them for more than 50 ms, one for %.0f ms",
                    code,
                    seen.count(),
                    seen.slow(),
                    seen.longestNanos() / NANOS_PER_MILLI)));
    return lines;
  }

  @Override
  public void close() {}
}
