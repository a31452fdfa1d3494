package io.millrace.local.process;

import io.millrace.local.flink.FlinkCluster;
import io.millrace.local.flink.FlinkDefaults;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.flink.FlinkRest;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.client.program.ProgramInvocationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Flink cluster of processes on loopback: JobManagers, TaskManagers and the ZooKeeper peer that
 * Flink bundles, by which a JobManager takes over the jobs of one that died. A JobManager or
 * TaskManager that ends is replaced, as an operator of a real cluster would.
 */
public final class FlinkProcesses implements FlinkCluster {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkProcesses.class);
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration WATCH_INTERVAL = Duration.ofMillis(100);

  /**
   * How long a dead TaskManager's successor waits while the spare does its work: a JVM that starts
   * takes the processors that the job needs to come back.
   */
  private static final Duration SUCCESSION_DELAY = Duration.ofSeconds(8);

  /** A member of the cluster: the process that runs now, and how its successor is started. */
  private static final class Member {
    private final String role;
    private final int index;
    private volatile ChildProcess process;
    private long deadSince;

    Member(String role, int index, ChildProcess process) {
      this.role = role;
      this.index = index;
      this.process = process;
    }
  }

  private final FlinkPrograms programs;
  private final Children children;
  private final ChildProcess zooKeeper;
  private final int taskManagersNeeded;
  private final List<Integer> restPorts = new ArrayList<>();
  private final List<Member> members = new CopyOnWriteArrayList<>();
  private final FlinkRest rest;
  private final Thread watch = new Thread(this::replaceDead, "flink-processes");
  private int started;
  private volatile boolean closing;

  private FlinkProcesses(
      ProcessSettings settings, FlinkPrograms programs, Children children, ChildProcess zooKeeper) {
    this.programs = programs;
    this.children = children;
    this.zooKeeper = zooKeeper;
    this.taskManagersNeeded = settings.taskManagers();
    for (int i = 0; i < settings.jobManagers(); i++) {
      int wanted = settings.flink().port();
      restPorts.add(i == 0 && wanted != 0 ? wanted : FreePorts.find());
    }
    rest = new FlinkRest(addresses().stream().map(URI::create).toList());
    watch.setDaemon(true);
  }

  /**
   * Starts a cluster that keeps its files in {@code directory}. Returns once every TaskManager has
   * offered its slots.
   *
   * @throws IOException where it does not come up within two minutes; the message says where its
   *     logs are
   */
  public static FlinkProcesses start(Children children, Path directory, ProcessSettings settings)
      throws IOException, InterruptedException {
    return start(children, directory, settings, FlinkPlugins.NONE);
  }

  /**
   * Starts a cluster with plugins.
   *
   * @throws IOException as above
   */
  public static FlinkProcesses start(
      Children children, Path directory, ProcessSettings settings, FlinkPlugins plugins)
      throws IOException, InterruptedException {
    FlinkPrograms programs = FlinkPrograms.prepare(directory, settings, plugins);
    ChildProcess zooKeeper = children.start(programs.zooKeeper());
    FlinkProcesses cluster = new FlinkProcesses(settings, programs, children, zooKeeper);
    try {
      for (int i = 0; i < settings.jobManagers(); i++) {
        cluster.members.add(new Member(FlinkPrograms.JOB_MANAGER, i, cluster.startJobManager(i)));
      }
      int taskManagers = settings.taskManagers() + settings.spareTaskManagers();
      for (int i = 0; i < taskManagers; i++) {
        cluster.members.add(new Member(FlinkPrograms.TASK_MANAGER, i, cluster.startTaskManager()));
      }
      cluster.rest.awaitSlots(taskManagers * settings.slots(), START_LIMIT);
      cluster.watch.start();
      return cluster;
    } catch (IOException e) {
      cluster.close();
      throw new IOException(
          "Flink did not start: " + e.getMessage() + "; its logs are in " + children.logs(), e);
    } catch (InterruptedException e) {
      cluster.close();
      throw e;
    }
  }

  @Override
  public URI address() {
    return URI.create(addresses().get(0));
  }

  /** Addresses of the web UI and of REST, one for each JobManager, without a path. */
  public List<String> addresses() {
    return restPorts.stream().map(port -> "http://" + FlinkDefaults.LOOPBACK + ":" + port).toList();
  }

  /** The REST interface of whichever JobManager answers. */
  public FlinkRest rest() {
    return rest;
  }

  /** The directory with {@code config.yaml}, for the variable {@code FLINK_CONF_DIR}. */
  public Path configDirectory() {
    return programs.configDirectory();
  }

  /** The TaskManagers that run now, or ended a moment ago and are being replaced. */
  public List<ChildProcess> taskManagers() {
    return processes(FlinkPrograms.TASK_MANAGER);
  }

  /** The JobManagers that run now, or ended a moment ago and are being replaced. */
  public List<ChildProcess> jobManagers() {
    return processes(FlinkPrograms.JOB_MANAGER);
  }

  @Override
  public SubmittedJob submit(
      Path jar, String mainClass, List<String> arguments, Submission.Start start)
      throws ProgramInvocationException {
    Configuration client = programs.configuration();
    client.set(RestOptions.PORT, restPorts.get(0));
    return new Submission(client, rest).submit(jar, mainClass, arguments, start);
  }

  @Override
  public void close() {
    closing = true;
    watch.interrupt();
    try {
      watch.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // TaskManagers first: they would only look for a JobManager that is gone.
    List<ChildProcess> all = new ArrayList<>(taskManagers());
    all.addAll(jobManagers());
    all.add(zooKeeper);
    all.forEach(ChildProcess::terminate);
    all.forEach(ChildProcess::close);
  }

  private ChildProcess startJobManager(int index) throws IOException {
    String name = FlinkPrograms.JOB_MANAGER + "-" + next();
    return children.start(
        programs.jobManager(name, restPorts.get(index), children.temporary(name)));
  }

  private ChildProcess startTaskManager() throws IOException {
    String name = FlinkPrograms.TASK_MANAGER + "-" + next();
    return children.start(programs.taskManager(name, children.temporary(name)));
  }

  private synchronized int next() {
    started++;
    return started;
  }

  private List<ChildProcess> processes(String role) {
    return members.stream()
        .filter(member -> member.role.equals(role))
        .map(member -> member.process)
        .toList();
  }

  private void replaceDead() {
    try {
      while (!closing) {
        for (Member member : members) {
          if (!member.process.isAlive() && isDue(member)) {
            replace(member);
          }
        }
        Thread.sleep(WATCH_INTERVAL.toMillis());
      }
    } catch (InterruptedException e) {
      LOG.debug("The cluster is being closed", e);
    }
  }

  private boolean isDue(Member member) {
    long now = System.nanoTime();
    if (member.deadSince == 0) {
      member.deadSince = now;
      ChildProcess dead = member.process;
      LOG.info("{} (process {}) ended with {}", dead.name(), dead.pid(), dead.exitCode());
    }
    long alive = taskManagers().stream().filter(ChildProcess::isAlive).count();
    return member.role.equals(FlinkPrograms.JOB_MANAGER)
        || alive < taskManagersNeeded
        || now - member.deadSince > SUCCESSION_DELAY.toNanos();
  }

  private void replace(Member member) {
    ChildProcess dead = member.process;
    try {
      children.forget(dead);
      member.process =
          member.role.equals(FlinkPrograms.JOB_MANAGER)
              ? startJobManager(member.index)
              : startTaskManager();
      member.deadSince = 0;
    } catch (IOException e) {
      LOG.error("{} can't be replaced yet", dead.name(), e);
    }
  }
}
