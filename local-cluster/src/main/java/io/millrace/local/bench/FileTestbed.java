package io.millrace.local.bench;

import io.millrace.local.flink.StateBackend;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Files of rows that are read in the JVM that discards them. */
final class FileTestbed implements Testbed {
  private static final String MAIN_CLASS = "io.millrace.job.bench.FileReaderJob";
  private static final TimedJob.Setup SETUP =
      new TimedJob.Setup(1, StateBackend.HASHMAP, 64, TimedJob.CHECKPOINT_INTERVAL);
  private static final double MEGABYTE = 1e6;

  private final Site site;
  private final Map<String, FileLoad> loads;
  private final Map<FileVariant, List<Double>> rates = new LinkedHashMap<>();

  private FileTestbed(Site site, Map<String, FileLoad> loads) {
    this.site = site;
    this.loads = loads;
  }

  /** Writes the files; with fewer rows where the user stops it meanwhile. */
  static FileTestbed open(Site site, BenchmarkRun.Scale scale) throws IOException {
    Map<String, FileLoad> loads = new TreeMap<>();
    for (Variant variant : scale.of(Benchmark.ADAPTERS)) {
      String suffix = ((FileVariant) variant).suffix();
      if (!loads.containsKey(suffix)) {
        loads.put(
            suffix,
            FileLoad.write(
                site.directory().resolve("files-" + suffix),
                suffix,
                scale.records(),
                scale.seed(),
                site.isStopped()));
      }
    }
    return new FileTestbed(site, loads);
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    loads.forEach(
        (suffix, load) ->
            lines.put(
                suffix,
                String.format(
                    Locale.ROOT,
                    "%,d rows of six fields, %.0f bytes on average, in one file",
                    load.rows(),
                    load.bytesPerRow())));
    lines.put("jobs", SETUP.description() + "; reader and all in one task");
    return lines;
  }

  @Override
  public JvmProgram program(Variant variant) {
    FileVariant own = (FileVariant) variant;
    FileLoad load = load(own);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--directory",
                String.valueOf(load.file().toAbsolutePath().getParent()),
                "--file",
                String.valueOf(load.file().getFileName()),
                "--rows",
                String.valueOf(load.rows())));
    arguments.addAll(own.arguments());
    return new TimedJob(site.programs().jobs(), MAIN_CLASS, SETUP, arguments).program(own.code());
  }

  private FileLoad load(FileVariant variant) {
    return Objects.requireNonNull(loads.get(variant.suffix()));
  }

  @Override
  public void check(Variant variant, Map<String, Long> figures) throws VoidRunException {
    FileVariant own = (FileVariant) variant;
    FileLoad load = load(own);
    Figures of = new Figures(own.code(), figures);
    of.require("rows read", Figures.RECORDS, load.rows());
    of.require("sum of the lengths of what they say", Figures.CHECKSUM, load.checksum());
    rates
        .computeIfAbsent(own, each -> new ArrayList<>())
        .add(Timing.of(figures).recordsPerSecond() * load.bytesPerRow() / MEGABYTE);
  }

  @Override
  public void clear(Variant variant) {}

  @Override
  public List<String> findings() {
    List<String> lines = new ArrayList<>();
    lines.add("MB/s of the files, medians");
    rates.forEach(
        (variant, seen) ->
            lines.add(
                String.format(
                    Locale.ROOT, "%-21s %.1f", variant.code(), Spread.of(seen).median())));
    return lines;
  }

  @Override
  public void close() {}
}
