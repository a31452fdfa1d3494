package io.millrace.local.fault;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.broker.Transactions;
import io.millrace.local.fault.Drift.Figure;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.FlinkProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds at what a cluster holds while its job is tried: memory, file handles and
 * threads of its processes, bytes of the job's state, open transactions, records not yet read.
 *
 * <p>Processes are looked at by role, all of a role together: whichever JobManager leads, and
 * whichever TaskManager is the spare, the sum is the same. While one of a role is away, or younger
 * than {@link #YOUTH}, the role is passed over, since a JVM grows until it has warmed up.
 */
public final class SoakWatch implements AutoCloseable {
  /** For so long a process is not compared with others. */
  static final Duration YOUTH = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(SoakWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Figure STATE = new Figure("state", 1 << 10, "KiB", 10, 256 << 10);
  private static final Figure TRANSACTIONS = new Figure("open transactions", 1, "", 0, 2);
  private static final long LAG_SECONDS = 5;

  private final JobWatch job;
  private final TopicAdmin topics;
  private final Transactions transactions;
  private final Subject subject;
  private final List<Role> roles;
  private final Figure lag;
  private final Map<Long, Long> seenAtNanos = new HashMap<>();
  private final Map<Figure, List<Long>> looks = new LinkedHashMap<>();
  private final Thread thread = new Thread(this::watch, "soak-watch");
  private final long startedAtNanos = System.nanoTime();
  private volatile boolean closing;

  /**
   * The job that is tried.
   *
   * @param group consumer group by which it reads
   * @param inputs names of the topics that it reads
   * @param ratePerSecond records a second that it is fed
   * @param stateSettles how long after the start its state should grow no more; empty where it
   *     always grows
   */
  public record Subject(
      String group, List<String> inputs, long ratePerSecond, Optional<Duration> stateSettles) {}

  /** Processes that are looked at together. */
  private record Role(
      Figure memory, Figure handles, Figure threads, Supplier<List<ChildProcess>> processes) {
    Role(String name, Supplier<List<ChildProcess>> processes) {
      this(
          new Figure("memory of " + name, 1 << 20, "MiB", 10, 32 << 20),
          new Figure("file handles of " + name, 1, "", 5, 10),
          new Figure("threads of " + name, 1, "", 5, 10),
          processes);
    }
  }

  private SoakWatch(
      BrokerProcess broker,
      FlinkProcesses flink,
      JobWatch job,
      TopicAdmin topics,
      Subject subject) {
    this.job = job;
    this.topics = topics;
    this.transactions = new Transactions(broker.bootstrap(), PATIENCE);
    this.subject = subject;
    this.roles =
        List.of(
            new Role("Kafka", () -> List.of(broker.process())),
            new Role("JobManagers", flink::jobManagers),
            new Role("TaskManagers", flink::taskManagers));
    this.lag = new Figure("records not read", 1, "", 0, LAG_SECONDS * subject.ratePerSecond());
    for (Role role : roles) {
      List.of(role.memory, role.handles, role.threads).forEach(this::expect);
    }
    if (subject.stateSettles().isPresent()) {
      expect(STATE);
    }
    expect(TRANSACTIONS);
    expect(lag);
    thread.setDaemon(true);
  }

  /** Whether this machine tells what its processes hold; only Linux does. */
  public static boolean isPossible() {
    return ProcessFigures.areTold();
  }

  /** Begins to look. */
  public static SoakWatch start(
      BrokerProcess broker,
      FlinkProcesses flink,
      JobWatch job,
      TopicAdmin topics,
      Subject subject) {
    SoakWatch watch = new SoakWatch(broker, flink, job, topics, subject);
    watch.thread.start();
    return watch;
  }

  /**
   * How each figure went.
   *
   * @throws IllegalStateException before {@link #close}
   */
  public SoakReport report() {
    if (!closing) {
      throw new IllegalStateException("the soak is still being watched; close it first");
    }
    List<Drift> drifts = new ArrayList<>();
    looks.forEach((figure, values) -> drifts.add(Drift.of(figure, values)));
    return new SoakReport(drifts);
  }

  /** Looks no more. Does nothing where it is closed already. */
  @Override
  public void close() {
    if (closing) {
      return;
    }
    closing = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    transactions.close();
  }

  private void watch() {
    try {
      while (!closing) {
        for (Role role : roles) {
          look(role);
        }
        if (subject.stateSettles().isPresent()
            && isPast(startedAtNanos, subject.stateSettles().get())) {
          job.stateBytes().ifPresent(bytes -> add(STATE, bytes));
        }
        lookAtKafka();
        Thread.sleep(INTERVAL.toMillis());
      }
    } catch (InterruptedException e) {
      LOG.debug("The soak is over", e);
    }
  }

  private void look(Role role) {
    long memory = 0;
    long handles = 0;
    long threads = 0;
    for (ChildProcess process : role.processes.get()) {
      long seen = seenAtNanos.computeIfAbsent(process.pid(), pid -> System.nanoTime());
      Optional<ProcessFigures> figures = figures(process);
      if (figures.isEmpty() || !isPast(seen, YOUTH)) {
        return;
      }
      memory += figures.get().memoryBytes();
      handles += figures.get().handles();
      threads += figures.get().threads();
    }
    add(role.memory, memory);
    add(role.handles, handles);
    add(role.threads, threads);
  }

  private static Optional<ProcessFigures> figures(ChildProcess process) {
    try {
      return ProcessFigures.of(process.pid());
    } catch (IOException e) {
      LOG.warn("{} can't be looked at", process.name(), e);
      return Optional.empty();
    }
  }

  /** Passes over what a Kafka that is down does not tell. */
  private void lookAtKafka() throws InterruptedException {
    try {
      add(TRANSACTIONS, transactions.open("").size());
      Map<TopicPartition, Long> read = topics.committed(subject.group());
      long left = 0;
      for (var end : topics.ends(topics.partitions(subject.inputs())).entrySet()) {
        left += end.getValue() - read.getOrDefault(end.getKey(), 0L);
      }
      add(lag, left);
    } catch (IOException e) {
      LOG.debug("Kafka does not tell", e);
    }
  }

  /** A figure that is never looked at must be in the report, too. */
  private void expect(Figure figure) {
    looks.put(figure, new ArrayList<>());
  }

  private void add(Figure figure, long value) {
    looks.computeIfAbsent(figure, unknown -> new ArrayList<>()).add(value);
  }

  private static boolean isPast(long sinceNanos, Duration time) {
    return System.nanoTime() - sinceNanos > time.toNanos();
  }
}
