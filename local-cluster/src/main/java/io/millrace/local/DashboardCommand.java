package io.millrace.local;

import io.millrace.local.dashboard.Dashboard;
import io.millrace.local.dashboard.DashboardSettings;
import io.millrace.local.dashboard.DashboardSources;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.StopSignal;
import io.millrace.local.query.LogIndex;
import io.millrace.local.store.LocalStores;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The command {@code local-cluster/run dashboard}: the dashboard alone, for the cluster that is up
 * or, read-only, for somebody's own Kafka.
 */
@Command(
    name = "local-cluster/run dashboard",
    sortOptions = false,
    description = "Shows the topics and jobs of a cluster in the browser, until Ctrl-C.")
final class DashboardCommand {
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  @Option(
      names = "--bootstrap",
      paramLabel = "<host:port>",
      description =
          "Kafka's brokers, several with commas; nothing can be changed there. Without it, the"
              + " cluster that is up.")
  @Nullable String bootstrap;

  @Option(
      names = "--flink",
      paramLabel = "<url>",
      description = "Address of Flink's REST interface, for the state of jobs. Repeatable.")
  List<String> flink = new ArrayList<>();

  @Option(
      names = "--opensearch",
      paramLabel = "<host:port>",
      description =
          "OpenSearch, with https:// before it for TLS, whose logs are searched at /v1/logs.")
  @Nullable String openSearch;

  @Option(
      names = "--topic-prefix",
      paramLabel = "<prefix>",
      description = "What your deployment puts before the names of topics.")
  String topicPrefix = "";

  @Option(
      names = "--kafka",
      paramLabel = "<property>=<value>",
      description = "A property of Kafka's clients, such as security.protocol; may be repeated.")
  Map<String, String> kafka = new HashMap<>();

  @Mixin DashboardOptions dashboardOptions = new DashboardOptions();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private DashboardCommand() {}

  /**
   * Runs the command until the user stops it.
   *
   * @return the exit code
   */
  static int run(List<String> args, Surroundings surroundings, PrintStream out)
      throws UsageException, RunFailedException, InterruptedException {
    DashboardCommand command = new DashboardCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    DashboardSettings settings = command.dashboardOptions.settings();
    DashboardSources sources = command.sources(surroundings);
    try (StopSignal stop = surroundings.stop().get();
        Dashboard dashboard = Dashboard.start(settings, sources)) {
      DashboardPage.announce(dashboard, settings, command.dashboardOptions.open, out);
      out.println("it shows Kafka at " + sources.bootstrap() + "; Ctrl-C stops it");
      boolean stopped = false;
      while (!stopped) {
        stopped = stop.await(LOOK_INTERVAL);
      }
      return ExitCode.DONE;
    } catch (KafkaException e) {
      throw new UsageException(
          "Kafka at " + sources.bootstrap() + " can't be used: " + FailureCause.of(e), e);
    } catch (IOException e) {
      throw new RunFailedException(FailureCause.of(e), e);
    }
  }

  private DashboardSources sources(Surroundings surroundings) throws UsageException {
    List<URI> addresses = new ArrayList<>();
    for (String address : flink) {
      if (!address.matches("https?://[^/?#\\s]+/?")) {
        throw new UsageException("--flink must be like http://host:8081, found " + address);
      }
      addresses.add(URI.create(address.replaceFirst("/$", "")));
    }
    if (bootstrap != null) {
      return new DashboardSources(bootstrap, kafka, topicPrefix, addresses, true, logs(openSearch));
    }
    Optional<StandingCluster> up = StandingCluster.find(surroundings.base());
    StandingCluster cluster =
        up.orElseThrow(
            () ->
                new UsageException(
                    "name the brokers: dashboard --bootstrap <host:port>; no cluster is up, which"
                        + " local-cluster/run up starts"));
    if (addresses.isEmpty()) {
      cluster.rest().forEach(address -> addresses.add(URI.create(address)));
    }
    String running = cluster.stores().get(LocalStores.OPENSEARCH);
    return new DashboardSources(
        cluster.bootstrap(),
        kafka,
        topicPrefix,
        addresses,
        false,
        logs(openSearch == null ? running : openSearch));
  }

  private LogIndex.Lookup logs(@Nullable String address) throws UsageException {
    if (address == null) {
      return () -> null;
    }
    try {
      LogIndex index = LogIndex.at(address, topicPrefix);
      return () -> index;
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
  }
}
