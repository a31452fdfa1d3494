package io.millrace.local.fault;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.broker.Transactions;
import io.millrace.local.fault.Drift.Figure;
import io.millrace.local.flink.FlinkRest;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.FlinkProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds at what a cluster holds while its job is tried: memory, file handles and
 * threads of its processes, the heaps of TaskManagers, bytes of the job's state, open transactions,
 * records not yet read.
 *
 * <p>Processes are looked at by role, and a figure of a role is the mean of its processes:
 * whichever JobManager leads, it is the same. A TaskManager that had no task yet holds less than
 * one that had, and does not count. While one of a role is away, or has worked for less than {@link
 * #YOUTH}, the role is passed over, since a JVM grows until it has warmed up.
 */
public final class SoakWatch implements AutoCloseable {
  /** For so long after its first work a process is not compared with others. */
  static final Duration YOUTH = Duration.ofMinutes(2);

  private static final Logger LOG = LoggerFactory.getLogger(SoakWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Figure STATE = new Figure("state", 1 << 10, "KiB", 10, 256 << 10);
  private static final Figure TRANSACTIONS = new Figure("open transactions", 1, "", 0, 2);
  private static final long LAG_SECONDS = 5;

  private static final Figure HEAP =
      new Figure("heap in use of a TaskManager", 1 << 20, "MiB", 25, 32 << 20);

  private static final String HEAP_METRIC = "Status.JVM.Memory.Heap.Used";

  /** Garbage is in use too, until it is collected; the least of so many looks has little of it. */
  private static final int HEAP_LOOKS = 24;

  private final JobWatch job;
  private final TopicAdmin topics;
  private final Transactions transactions;
  private final Subject subject;
  private final Supplier<List<ChildProcess>> taskManagers;
  private final List<Role> roles;
  private final Figure lag;
  private final FlinkRest rest;
  private final Deque<Long> heaps = new ArrayDeque<>();
  private final Map<Long, Long> workedAtNanos = new HashMap<>();
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

  /**
   * Processes that are looked at together.
   *
   * @param work tells which of them, by name, have work now
   */
  private record Role(
      Figure memory,
      Figure handles,
      Figure threads,
      Supplier<List<ChildProcess>> processes,
      Work work) {
    Role(String name, Supplier<List<ChildProcess>> processes, Work work) {
      this(
          new Figure("memory of " + name, 1 << 20, "MiB", 10, 16 << 20),
          new Figure("file handles of " + name, 1, "", 5, 5),
          new Figure("threads of " + name, 1, "", 5, 5),
          processes,
          work);
    }
  }

  /** Tells which processes have work. */
  @FunctionalInterface
  private interface Work {
    Predicate<String> now() throws InterruptedException;
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
    this.rest = flink.rest();
    this.taskManagers = flink::taskManagers;
    Work always = () -> name -> true;
    this.roles =
        List.of(
            new Role("Kafka", () -> List.of(broker.process()), always),
            new Role("a JobManager", flink::jobManagers, always),
            new Role("a TaskManager", taskManagers, this::taskManagersWithTasks));
    this.lag = new Figure("records not read", 1, "", 0, LAG_SECONDS * subject.ratePerSecond());
    for (Role role : roles) {
      List.of(role.memory, role.handles, role.threads).forEach(this::expect);
    }
    expect(HEAP);
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
        lookAtHeaps();
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

  private void look(Role role) throws InterruptedException {
    Predicate<String> works = role.work.now();
    long memory = 0;
    long handles = 0;
    long threads = 0;
    int processes = 0;
    for (ChildProcess process : role.processes.get()) {
      if (works.test(process.name())) {
        workedAtNanos.putIfAbsent(process.pid(), System.nanoTime());
      }
      Long workedAt = workedAtNanos.get(process.pid());
      if (workedAt == null) {
        continue;
      }
      Optional<ProcessFigures> figures = figures(process);
      if (figures.isEmpty() || !isPast(workedAt, YOUTH)) {
        return;
      }
      memory += figures.get().memoryBytes();
      handles += figures.get().handles();
      threads += figures.get().threads();
      processes++;
    }
    if (processes > 0) {
      add(role.memory, memory / processes);
      add(role.handles, handles / processes);
      add(role.threads, threads / processes);
    }
  }

  /** Those of which Flink says that a slot is taken; none while it does not answer. */
  private Predicate<String> taskManagersWithTasks() throws InterruptedException {
    Set<String> names = new HashSet<>();
    try {
      for (JsonNode each : rest.get("/taskmanagers").path("taskmanagers")) {
        if (each.path("freeSlots").asInt() < each.path("slotsNumber").asInt()) {
          names.add(each.path("id").asText());
        }
      }
    } catch (IOException e) {
      LOG.debug("Flink does not tell", e);
    }
    return names::contains;
  }

  /** Looks at the heaps of TaskManagers that have worked for long enough. */
  private void lookAtHeaps() throws InterruptedException {
    long bytes = 0;
    int processes = 0;
    try {
      for (ChildProcess process : taskManagers.get()) {
        Long workedAt = workedAtNanos.get(process.pid());
        if (workedAt != null && isPast(workedAt, YOUTH)) {
          String path = "/taskmanagers/" + process.name() + "/metrics?get=" + HEAP_METRIC;
          bytes += rest.get(path).path(0).path("value").asLong();
          processes++;
        }
      }
    } catch (IOException e) {
      LOG.debug("Flink does not tell", e);
      return;
    }
    if (bytes == 0) {
      return;
    }
    heaps.add(bytes / processes);
    if (heaps.size() > HEAP_LOOKS) {
      heaps.remove();
      add(HEAP, Collections.min(heaps));
    }
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
