package io.millrace.local;

import io.millrace.local.broker.BrokerPorts;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.FaultCampaign;
import io.millrace.local.fault.FaultInjector;
import io.millrace.local.fault.InputAudit;
import io.millrace.local.fault.JobOracle;
import io.millrace.local.fault.JobWatch;
import io.millrace.local.fault.Ledger;
import io.millrace.local.fault.LedgerFeed;
import io.millrace.local.fault.LogSearch;
import io.millrace.local.fault.Settling;
import io.millrace.local.fault.SoakReport;
import io.millrace.local.fault.SoakWatch;
import io.millrace.local.fault.TcpProxy;
import io.millrace.local.fault.TopicContents;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.FreePorts;
import io.millrace.local.host.RunDirectory;
import io.millrace.local.host.StopSignal;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.FlinkProcesses;
import io.millrace.local.process.ProcessSettings;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One run of the fault harness: feeds a job from a ledger, does the faults of a schedule to it, and
 * judges what it has published.
 */
final class ChaosRun {
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration SETTLE_LIMIT = Duration.ofMinutes(3);
  private static final Duration POLL = Duration.ofMillis(100);

  private final ChaosPlan plan;
  private final RunDirectory directory;
  private final StopSignal stop;
  private final PrintStream out;

  ChaosRun(ChaosPlan plan, RunDirectory directory, StopSignal stop, PrintStream out) {
    this.plan = plan;
    this.directory = directory;
    this.stop = stop;
    this.out = out;
  }

  /**
   * Tries the job.
   *
   * @return the command's exit code
   * @throws RunFailedException where the verdict is bad, or there can't be one
   */
  int run() throws UsageException, RunFailedException, IOException, InterruptedException {
    out.println(
        plan.seeded()
            ? "schedule of seed " + plan.seed() + ", to be given back with --schedule:"
            : "schedule:");
    out.println(plan.schedule().toString().indent(2).stripTrailing());
    out.println("starting Kafka and Flink");
    Children children = Children.in(directory.path(), directory::recordChild);
    int proxyPort = FreePorts.find();
    BrokerPorts ports = BrokerPorts.find().withDetour(proxyPort);
    ProcessSettings processes = new ProcessSettings(plan.run().flink(), 2, 2, 1, true);
    try (TcpProxy proxy = TcpProxy.start(proxyPort, ports.detour());
        BrokerProcess broker =
            BrokerProcess.startUnderFaults(children, directory.path().resolve("kafka"), ports);
        TopicAdmin topics = new TopicAdmin(broker.bootstrap());
        FlinkProcesses flink =
            FlinkProcesses.start(children, directory.path().resolve("flink"), processes)) {
      topics.create(plan.trial().inputs());
      String detour = proxy.address().getHostString() + ":" + proxyPort;
      SubmittedJob job =
          JobRun.submit(
              flink,
              plan.run().job(),
              plan.run().jobsJar(),
              plan.arguments(detour, directory.path()));
      JobWatch watch = new JobWatch(flink.rest(), job.id());
      awaitStart(watch);
      FaultInjector injector = new FaultInjector(broker, proxy, flink, watch, children.logs());
      if (!plan.soak()) {
        return run(broker.bootstrap(), topics, watch, injector, children, null);
      }
      try (SoakWatch soak = SoakWatch.start(broker, flink, watch, topics, soaked())) {
        return run(broker.bootstrap(), topics, watch, injector, children, soak);
      }
    }
  }

  private SoakWatch.Subject soaked() {
    return new SoakWatch.Subject(
        plan.run().job().name(),
        plan.trial().inputs().stream().map(Topic::name).toList(),
        plan.ratePerSecond(),
        plan.trial().stateSettles());
  }

  private int run(
      String bootstrap,
      TopicAdmin topics,
      JobWatch watch,
      FaultInjector injector,
      Children children,
      @Nullable SoakWatch soak)
      throws IOException, InterruptedException, RunFailedException {
    Ledger ledger = new Ledger(plan.trial().input().partitions());
    JobOracle oracle = plan.trial().oracle(ledger);
    try (LedgerFeed feed = new LedgerFeed(bootstrap, plan.trial(), ledger, oracle)) {
      out.println(
          String.format(
              Locale.ROOT,
              "%s runs; feeding %,d records/s for %s",
              plan.run().job().name(),
              plan.ratePerSecond(),
              Durations.text(plan.duration())));
      FutureTask<@Nullable Void> feeding =
          new FutureTask<>(
              () -> {
                feed.feed(plan.ratePerSecond(), plan.duration(), stop::isRequested);
                feed.finish();
                return null;
              });
      Thread thread = new Thread(feeding, "ledger-feed");
      thread.setDaemon(true);
      thread.start();

      FaultCampaign campaign =
          new FaultCampaign(injector, watch, () -> stop.isRequested() || hasFailed(feeding), out);
      campaign.run(plan.schedule(), plan.duration());
      awaitFeed(feeding);
      if (stop.isRequested()) {
        out.println("stopped before its verdict");
        return ExitCode.INTERRUPTED;
      }
      SoakReport soaked = null;
      if (soak != null) {
        soak.close();
        soaked = soak.report();
      }
      out.println("no more faults; waiting for the job to publish what is left");
      Settlement settlement = settle(topics, watch);
      InputAudit audit = audit(bootstrap, topics, ledger, oracle);
      TopicContents.read(
          bootstrap,
          settlement.ends(),
          row -> oracle.published(row.topic(), row.value() == null ? new byte[0] : row.value()));
      return report(
          new ChaosVerdict(
              plan,
              feed.made(),
              ledger.count(),
              audit,
              oracle.judge(),
              campaign,
              LogSearch.in(children.logs()),
              soaked,
              settlement.missing()));
    }
  }

  private int report(ChaosVerdict verdict) throws RunFailedException {
    verdict.lines().forEach(out::println);
    out.println(verdict);
    if (!verdict.passed()) {
      throw new RunFailedException("the verdict is FAIL");
    }
    return ExitCode.DONE;
  }

  /**
   * How the job's output came to rest.
   *
   * @param ends ends of the partitions of its sink topics
   * @param missing why it did not; null where it did
   */
  private record Settlement(Map<TopicPartition, Long> ends, @Nullable String missing) {}

  private Settlement settle(TopicAdmin topics, JobWatch watch)
      throws IOException, InterruptedException {
    List<String> outputs = plan.run().job().outputs();
    try {
      Settling settling = new Settling(topics, watch, plan.run().job().name());
      return new Settlement(
          settling.await(
              plan.trial().inputs().stream().map(Topic::name).toList(), outputs, SETTLE_LIMIT),
          null);
    } catch (IOException e) {
      return new Settlement(topics.stableEnds(topics.partitions(outputs)), FailureCause.oneLine(e));
    }
  }

  private InputAudit audit(String bootstrap, TopicAdmin topics, Ledger ledger, JobOracle oracle)
      throws IOException, InterruptedException {
    InputAudit audit = new InputAudit(ledger);
    TopicContents.read(
        bootstrap,
        topics.ends(topics.partitions(List.of(plan.trial().input().name()))),
        record ->
            audit
                .see(record.value())
                .ifPresent(id -> oracle.inInput(record.partition(), id, record.timestamp())));
    audit.finish();
    return audit;
  }

  private void awaitStart(JobWatch watch) throws InterruptedException, RunFailedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (!(watch.runsSince(0) && watch.hasCheckpointSince(1))) {
      if (System.nanoTime() > deadline) {
        throw new RunFailedException(
            plan.run().job().name()
                + " does not run, or completes no checkpoint, "
                + START_LIMIT.toSeconds()
                + " s after it was submitted");
      }
      if (stop.await(POLL)) {
        return;
      }
    }
  }

  private static boolean hasFailed(FutureTask<?> feeding) {
    if (!feeding.isDone()) {
      return false;
    }
    try {
      feeding.get();
      return false;
    } catch (ExecutionException e) {
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private static void awaitFeed(FutureTask<?> feeding)
      throws RunFailedException, InterruptedException {
    try {
      feeding.get();
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new RunFailedException("the feed failed: " + FailureCause.of(cause), cause);
    }
  }
}
