package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.ProcessIdentity;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.FlinkProcesses;
import io.millrace.local.process.ProcessSettings;
import io.millrace.local.store.LocalS3;
import io.millrace.local.store.LocalStores;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/**
 * The process behind a standing cluster: starts its processes, replaces those that die, and ends
 * them all when it is asked to end. {@code up} starts it and goes; the other verbs find the cluster
 * by what the keeper wrote down.
 */
public final class Keeper {
  /** Printed when the cluster takes jobs. */
  static final String READY = "ready";

  /** Printed before the reason why the cluster did not come up. */
  static final String FAILED = "failed: ";

  private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);

  private final Path base;
  private final PrintStream out;
  private final StopSignal stop;

  private Keeper(Path base, PrintStream out, StopSignal stop) {
    this.base = base;
    this.out = out;
    this.stop = stop;
  }

  /** Keeps a cluster with the options of {@code up} until the process is asked to end. */
  @SuppressWarnings("SystemOut") // Standard output is the line to the command that started it.
  public static void main(String[] args) {
    UpOptions options = new UpOptions();
    new CommandLine(options).parseArgs(args);
    Path base = Surroundings.ofProcess().base();
    int code;
    try (StopSignal stop = StopSignal.ofProcess()) {
      code = new Keeper(base, System.out, stop).keep(options);
    }
    System.exit(code);
  }

  private int keep(UpOptions options) {
    try (RunDirectory directory = RunDirectory.open(base)) {
      try {
        keep(options, directory);
        return ExitCode.DONE;
      } catch (UsageException | IOException | RuntimeException | LinkageError e) {
        LOG.error("The cluster did not come up", e);
        String log = directory.keepLog().map(kept -> "; its logs are at " + kept).orElse("");
        out.println(FAILED + FailureCause.of(e) + log);
      }
    } catch (IOException e) {
      LOG.error("The directory can't be used", e);
      out.println(FAILED + FailureCause.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.FAILED;
  }

  private void keep(UpOptions options, RunDirectory directory)
      throws UsageException, IOException, InterruptedException {
    ProcessSettings settings = options.settings();
    Path files = directory.path();
    Children children = Children.in(files, directory::recordChild);
    try (LocalStores stores =
            LocalStores.begin(
                options.noStores ? Set.of() : LocalStores.KNOWN,
                children,
                files,
                directory::recordChild);
        BrokerProcess broker = BrokerProcess.start(children, files.resolve("kafka"));
        @Nullable LocalS3 s3 = options.s3Options.start(children, files);
        FlinkProcesses flink =
            FlinkProcesses.start(
                children, files.resolve("flink"), settings, options.s3Options.plugins(s3))) {
      new StandingCluster(
              ProcessIdentity.current(),
              files.toString(),
              broker.bootstrap(),
              stores.addresses(),
              flink.addresses(),
              flink.configDirectory().toString(),
              settings.flink().parallelism())
          .announce(base);
      out.println(READY);
      while (!stop.await(WATCH_INTERVAL)) {
        if (!broker.process().isAlive()) {
          LOG.info("Kafka ended with {} and is started again", broker.process().exitCode());
          restart(broker);
        }
      }
    } finally {
      StandingCluster.withdraw(base);
    }
  }

  private static void restart(BrokerProcess broker) throws InterruptedException {
    try {
      broker.restart();
    } catch (IOException e) {
      LOG.error("Kafka can't be started again yet", e);
    }
  }
}
