package io.millrace.local;

import io.millrace.local.fault.Outage;
import io.millrace.local.fault.StoreUnderFaults;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of {@code chaos sinks}, as the command line gives them. */
@Command(
    name = "local-cluster/run chaos sinks",
    description = "Writes rows to stores that have outages, and counts what is in them at the end.",
    sortOptions = false)
final class SinkChaosOptions {
  /** What stands for a job's name. */
  static final String NAME = "sinks";

  private static final String ALL = "all";

  /** A checkpoint of every second is on the way then. */
  private static final Duration SHORTEST = Duration.ofSeconds(5);

  private static final int LEAST_ROWS = 100_000;

  @Option(
      names = "--store",
      paramLabel = "<store>",
      split = ",",
      description =
          "redis, postgres, cassandra, opensearch or s3 (an archive), several with commas, or all;"
              + " default redis,postgres.")
  List<String> stores = List.of("redis", "postgres");

  @Option(
      names = "--outage",
      paramLabel = "<outage>",
      split = ",",
      description =
          "What befalls them: stopped, hanging (it answers nothing), errors (one of a hundred"
              + " commands fails), revoked (the user is not let in), several with commas, or all;"
              + " default stopped.")
  List<String> outages = List.of(Outage.STOPPED.code());

  @Option(
      names = "--lasting",
      paramLabel = "<duration>",
      converter = Durations.class,
      description = "How long each outage lasts, from 5s to 90s; default 30s.")
  Duration lasting = Duration.ofSeconds(30);

  @Option(
      names = "--rows",
      paramLabel = "<n>",
      description = "How many rows are written to each store, from 100000; default 1000000.")
  int rows = 1_000_000;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  /** The stores by their names. */
  List<String> storeNames() throws UsageException {
    return chosen("--store", stores, StoreUnderFaults.NAMES);
  }

  /** What befalls each of them. */
  List<Outage> outageKinds() throws UsageException {
    return chosen("--outage", outages, Outage.codes()).stream()
        .map(code -> Outage.ofCode(code).orElseThrow())
        .toList();
  }

  /**
   * Checks the figures.
   *
   * @throws UsageException where one is out of range
   */
  void check() throws UsageException {
    if (rows < LEAST_ROWS) {
      throw refused("--rows must be at least " + LEAST_ROWS);
    }
    // A sink gives up after two minutes, and its last wait begins up to 20 s before.
    if (lasting.compareTo(SHORTEST) < 0 || lasting.compareTo(Duration.ofSeconds(90)) > 0) {
      throw refused("--lasting must be from 5s to 90s");
    }
  }

  private static List<String> chosen(String option, List<String> given, List<String> known)
      throws UsageException {
    if (given.equals(List.of(ALL))) {
      return known;
    }
    for (String each : given) {
      if (!known.contains(each)) {
        throw refused(
            option + " knows no '" + each + "'; there are " + String.join(", ", known) + ", all");
      }
    }
    return given;
  }

  private static UsageException refused(String message) {
    return new UsageException(
        message + "; 'local-cluster/run chaos sinks --help' shows the options");
  }
}
