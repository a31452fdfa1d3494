package io.millrace.local;

import io.millrace.local.bench.Benchmark;
import io.millrace.local.bench.BenchmarkRun.Scale;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code bench}, as the command line gives them. */
@Command(
    name = "local-cluster/run bench",
    description =
        "Measures jobs against the floor under them and against peers, in interleaved rounds.",
    sortOptions = false)
final class BenchOptions {
  /** The word that asks for a benchmark. */
  static final String VERB = "bench";

  @Parameters(
      paramLabel = "<benchmark>",
      description =
          "floor, heavy-hitters, poison, trending-songs, rate-counting, reconciliation,"
              + " log-ingestion, location-fanout, adapters, state or sinks.",
      arity = "0..1")
  @Nullable String name;

  @Option(
      names = "--rounds",
      paramLabel = "<n>",
      description = "How often each program is run, from 1; default 5, and 3 for floor.")
  @Nullable Integer rounds;

  @Option(
      names = "--warm-ups",
      paramLabel = "<n>",
      description =
          "How often each program is run in its JVM before the first round, within two minutes;"
              + " default 8, by when most is compiled.")
  int warmUps = 8;

  @Option(
      names = "--records",
      paramLabel = "<n>",
      description =
          "How many records each run reads, a multiple of 10; default 20000000, 10000000 for"
              + " trending-songs and state, 5000000 for poison, rate-counting and location-fanout,"
              + " 2000000 for reconciliation and adapters, 1000000 for log-ingestion, and"
              + " 500000 for sinks.")
  @Nullable Integer records;

  @Option(
      names = "--only",
      paramLabel = "<program>",
      split = ",",
      description = "Runs only these of the benchmark's programs, such as floor,heavy-hitters.")
  List<String> only = List.of();

  @Option(names = "--seed", paramLabel = "<n>", description = "Seed of the records; default 1.")
  long seed = 1;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  Benchmark benchmark() throws UsageException {
    if (name == null) {
      throw refused("name a benchmark; there are " + String.join(", ", Benchmark.codes()));
    }
    return Benchmark.ofCode(name)
        .orElseThrow(
            () ->
                refused(
                    "no benchmark '"
                        + name
                        + "'; there are "
                        + String.join(", ", Benchmark.codes())));
  }

  Scale scale(Benchmark benchmark) throws UsageException {
    int times = rounds == null ? benchmark.rounds() : rounds;
    int size = records == null ? benchmark.records() : records;
    if (warmUps < 0) {
      throw refused("--warm-ups must not be negative");
    }
    if (times < 1) {
      throw refused("--rounds must be at least 1");
    }
    if (size < 1 || size % Scale.RECORDS_MULTIPLE_OF != 0) {
      throw refused("--records must be a multiple of " + Scale.RECORDS_MULTIPLE_OF);
    }
    for (String program : only) {
      if (!benchmark.variantCodes().contains(program)) {
        throw refused(
            "no program '"
                + program
                + "' in "
                + benchmark.code()
                + "; there are "
                + String.join(", ", benchmark.variantCodes()));
      }
    }
    return new Scale(times, warmUps, size, seed, only);
  }

  private static UsageException refused(String message) {
    return new UsageException(message + "; 'local-cluster/run bench --help' shows the options");
  }
}
