package io.millrace.local;

import io.millrace.local.bench.Benchmark;
import io.millrace.local.bench.BenchmarkRun.Scale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of {@code bench}, as the command line gives them. */
@Command(
    name = "local-cluster/run bench",
    description = "Measures jobs against the floor under them, in interleaved rounds.",
    sortOptions = false)
final class BenchOptions {
  /** The word that asks for a benchmark. */
  static final String VERB = "bench";

  @Parameters(paramLabel = "<benchmark>", description = "floor or heavy-hitters.", arity = "0..1")
  @Nullable String name;

  @Option(
      names = "--rounds",
      paramLabel = "<n>",
      description = "How often each job is run, from 1; default 3.")
  int rounds = 3;

  @Option(
      names = "--warm-ups",
      paramLabel = "<n>",
      description =
          "How often each new JVM runs a job before it is timed; default 5, by when most is"
              + " compiled.")
  int warmUps = 5;

  @Option(
      names = "--records",
      paramLabel = "<n>",
      description = "How many records each run reads, from 1; default 5000000.")
  long records = 5_000_000;

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

  Scale scale() throws UsageException {
    if (warmUps < 0) {
      throw refused("--warm-ups must not be negative");
    }
    if (rounds < 1 || records < 1) {
      throw refused("--rounds and --records must be at least 1");
    }
    return new Scale(rounds, warmUps, records, seed);
  }

  private static UsageException refused(String message) {
    return new UsageException(message + "; 'local-cluster/run bench --help' shows the options");
  }
}
