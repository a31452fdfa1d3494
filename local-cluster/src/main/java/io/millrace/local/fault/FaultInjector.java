package io.millrace.local.fault;

import io.millrace.local.fault.Fault.Target;
import io.millrace.local.fault.TcpProxy.Way;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.FlinkProcesses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Does faults to the processes of a cluster, and to the connections between its job and Kafka. */
public final class FaultInjector {
  /** What a JobManager logs when it becomes the leader. */
  private static final String LEADS = "was granted leadership";

  private final BrokerProcess broker;
  private final TcpProxy brokerLink;
  private final FlinkProcesses flink;
  private final JobWatch watch;
  private final Path logs;
  private @Nullable ChildProcess suspended;

  /**
   * For one cluster.
   *
   * @param brokerLink stands between the job and the broker
   * @param logs the directory of the processes' logs
   */
  public FaultInjector(
      BrokerProcess broker, TcpProxy brokerLink, FlinkProcesses flink, JobWatch watch, Path logs) {
    this.broker = broker;
    this.brokerLink = brokerLink;
    this.flink = flink;
    this.watch = watch;
    this.logs = logs;
  }

  /**
   * Does a fault. A killed broker is started again before this returns.
   *
   * @return to whom it was done
   */
  String inject(Fault fault) throws IOException, InterruptedException {
    int connections = brokerLink.connections();
    switch (fault.action()) {
      case KILL -> {
        ChildProcess victim = victim(fault);
        victim.kill();
        if (fault.target() == Target.BROKER) {
          broker.restart();
        }
        return described(victim);
      }
      case SUSPEND -> {
        ChildProcess victim = victim(fault);
        victim.suspend();
        suspended = victim;
        return described(victim);
      }
      case DELAY -> brokerLink.delay(Duration.ofMillis(fault.amount()));
      case LIMIT -> brokerLink.limit(fault.amount());
      case DROP -> {
        brokerLink.drop(Way.TO_SERVER);
        brokerLink.drop(Way.TO_CLIENT);
      }
      case DROP_TO_SERVER -> brokerLink.drop(Way.TO_SERVER);
      case DROP_TO_CLIENT -> brokerLink.drop(Way.TO_CLIENT);
      case RESET -> brokerLink.reset();
      case REFUSE -> {
        brokerLink.refuse();
        brokerLink.reset();
      }
    }
    return connections + " connections of the job";
  }

  /** Ends what lasts of the fault that was done last. */
  void undo() throws IOException, InterruptedException {
    brokerLink.heal();
    ChildProcess stopped = suspended;
    suspended = null;
    if (stopped != null && stopped.isAlive()) {
      stopped.resume();
    }
  }

  private ChildProcess victim(Fault fault) throws IOException, InterruptedException {
    return switch (fault.target()) {
      case BROKER -> broker.process();
      case JOB_MANAGER -> leader();
      case TASK_MANAGER -> busyTaskManager(fault.at());
    };
  }

  /** One that runs tasks; any where none is known to. */
  private ChildProcess busyTaskManager(long pick) throws InterruptedException {
    List<String> busy = watch.busyTaskManagers();
    List<ChildProcess> all = flink.taskManagers();
    List<ChildProcess> candidates =
        all.stream().filter(each -> busy.contains(each.name())).toList();
    List<ChildProcess> drawn = candidates.isEmpty() ? all : candidates;
    return drawn.get((int) (pick / 100 % drawn.size()));
  }

  /** Of the JobManagers that run, the one that said so last. */
  private ChildProcess leader() throws IOException {
    List<ChildProcess> all = flink.jobManagers();
    ChildProcess leader = all.get(0);
    String said = "";
    for (ChildProcess each : all) {
      Optional<String> line = lastGrant(logs.resolve(each.name() + ".log"));
      // Lines begin with their time.
      if (line.isPresent() && line.get().compareTo(said) > 0) {
        leader = each;
        said = line.get();
      }
    }
    return leader;
  }

  private static Optional<String> lastGrant(Path log) throws IOException {
    if (!Files.exists(log)) {
      return Optional.empty();
    }
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains(LEADS)).reduce((first, second) -> second);
    }
  }

  private static String described(ChildProcess process) {
    return process.name() + " (process " + process.pid() + ")";
  }
}
