package io.millrace.local;

import io.millrace.local.fault.Outage;
import io.millrace.local.fault.S3UnderFaults;
import io.millrace.local.fault.SinkTrial;
import io.millrace.local.fault.StoreUnderFaults;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.Children;
import io.millrace.local.process.FlinkProcesses;
import io.millrace.local.process.ProcessSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.jspecify.annotations.Nullable;

/** Tries the sink of one store after the other under one outage after the other. */
final class SinkChaosRun {
  private static final String S3 = "s3";

  /** Without an outage the rows are written in about this time, so that one falls between them. */
  private static final Duration WRITING = Duration.ofSeconds(10);

  /** How much longer than an outage that slows nothing down. */
  private static final Duration AFTERWARDS = Duration.ofSeconds(10);

  private static final long MEBIBYTE = 1 << 20;

  private final List<String> stores;
  private final List<Outage> outages;
  private final Duration lasting;
  private final int rows;
  private final Path jobsJar;
  private final RunDirectory directory;
  private final StopSignal stop;
  private final PrintStream out;
  private final Tally tally = new Tally();

  /**
   * A run.
   *
   * @throws UsageException where an option can't be accepted
   */
  SinkChaosRun(
      SinkChaosOptions options,
      Path jobsJar,
      RunDirectory directory,
      StopSignal stop,
      PrintStream out)
      throws UsageException {
    this.stores = options.storeNames();
    this.outages = options.outageKinds();
    this.lasting = options.lasting;
    this.rows = options.rows;
    this.jobsJar = jobsJar;
    this.directory = directory;
    this.stop = stop;
    this.out = out;
  }

  /** What was found in all stores together. */
  private static final class Tally {
    private int outages;
    private int failed;
    private long rows;
    private long missing;
    private long extra;
    private long restarts;
  }

  /**
   * Tries them.
   *
   * @return the command's exit code
   * @throws RunFailedException where the verdict is bad, or there can't be one
   */
  int run() throws RunFailedException, IOException, InterruptedException {
    Children children = Children.in(directory.path(), directory::recordChild);
    FlinkSettings settings = new FlinkSettings(1, StateBackend.HASHMAP, Duration.ofSeconds(1), 0);
    boolean hasArchive = stores.contains(S3);
    out.println("starting Flink");
    // Flink must know where S3 is. A job that keeps an archive may start again all the while.
    try (@Nullable S3UnderFaults s3 =
            hasArchive ? S3UnderFaults.start(children, directory.path().resolve(S3)) : null;
        FlinkProcesses flink =
            FlinkProcesses.start(
                children,
                directory.path().resolve("flink"),
                new ProcessSettings(settings, 1, 1, 0, hasArchive),
                s3 == null ? FlinkPlugins.NONE : s3.plugins())) {
      if (s3 != null) {
        // The graph of a job that archives is made with the file system.
        FlinkPlugins plugins = s3.plugins();
        plugins.load(Configuration.fromMap(plugins.settings()));
      }
      for (String name : stores) {
        out.println("starting " + name);
        try (StoreUnderFaults store =
            s3 != null && name.equals(S3)
                ? s3
                : StoreUnderFaults.start(name, children, directory.path().resolve(name))) {
          for (Outage outage : outages) {
            SinkTrial.Outcome outcome = run(flink, store, outage);
            if (stop.isRequested()) {
              out.println("stopped before its verdict");
              return ExitCode.INTERRUPTED;
            }
            add(name, outage, outcome);
          }
        }
      }
    }
    return verdict();
  }

  private SinkTrial.Outcome run(FlinkProcesses flink, StoreUnderFaults store, Outage outage)
      throws RunFailedException, IOException, InterruptedException {
    Duration writing = outage == Outage.ERRORS ? lasting.plus(AFTERWARDS) : WRITING;
    List<String> arguments = new ArrayList<>(store.arguments(outage));
    arguments.addAll(List.of("--rows", String.valueOf(rows)));
    arguments.addAll(List.of("--rate", String.valueOf(rows / writing.toSeconds())));
    try {
      SubmittedJob job =
          flink.submit(jobsJar, store.mainClass(), arguments, Submission.Start.FRESH);
      return new SinkTrial(flink.rest(), job, stop::isRequested).run(store, outage, lasting, rows);
    } catch (ProgramInvocationException e) {
      throw new RunFailedException("the job could not be started: " + e.getMessage(), e);
    }
  }

  private void add(String store, Outage outage, SinkTrial.Outcome outcome) {
    boolean passed = outcome.passed(rows);
    tally.outages++;
    tally.failed += passed ? 0 : 1;
    tally.rows += outcome.rows();
    tally.missing += outcome.missing();
    tally.extra += outcome.extra();
    tally.restarts += outcome.restarts();
    print(
        "%-10s %-8s for %s: %s, %,d rows in the store, %,d missing, %,d extra, %,d refused;"
            + " %d commands made to fail, %d retries, %d restarts, heap at most %d of %d MiB,"
            + " at most %,d rows in flight%s%s%s%s",
        store,
        outage.code(),
        Durations.text(lasting),
        outcome.state(),
        outcome.rows(),
        outcome.missing(),
        outcome.extra(),
        outcome.refused(),
        outcome.failedCommands(),
        outcome.retries(),
        outcome.restarts(),
        outcome.heapBytes() / MEBIBYTE,
        outcome.heapLimitBytes() / MEBIBYTE,
        outcome.inFlight(),
        outcome.bounded() ? "" : "; more than the sink may keep",
        outcome.whole() ? "" : "; the job had ended before the outage",
        outcome.noticed() ? "" : "; the outage went unnoticed, let it last longer",
        passed ? "" : " FAIL");
  }

  private int verdict() throws RunFailedException {
    print(
        "verdict: %s sinks: %d outages, %,d rows: %,d missing, %,d extra, %d restarts",
        tally.failed == 0 ? "PASS" : "FAIL",
        tally.outages,
        tally.rows,
        tally.missing,
        tally.extra,
        tally.restarts);
    if (tally.failed > 0) {
      throw new RunFailedException("the verdict is FAIL");
    }
    return ExitCode.DONE;
  }

  private void print(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
