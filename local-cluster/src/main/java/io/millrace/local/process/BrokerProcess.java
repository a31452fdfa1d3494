package io.millrace.local.process;

import io.millrace.local.broker.Broker;
import io.millrace.local.broker.BrokerPorts;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/**
 * A real Kafka broker in a process of its own, which can be killed and started again on the same
 * ports and data.
 */
public final class BrokerProcess implements Broker {
  private static final String NAME = "kafka";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int START_ATTEMPTS = 3;

  private final Children children;
  private final Path directory;
  private final BrokerPorts ports;
  private final List<String> jvmOptions;
  private ChildProcess process;

  private BrokerProcess(
      Children children,
      Path directory,
      BrokerPorts ports,
      List<String> jvmOptions,
      ChildProcess process) {
    this.children = children;
    this.directory = directory;
    this.ports = ports;
    this.jvmOptions = jvmOptions;
    this.process = process;
  }

  /** Starts a broker on free ports. Returns once it takes requests. */
  public static BrokerProcess start(Children children, Path directory)
      throws IOException, InterruptedException {
    for (int attempt = 1; ; attempt++) {
      try {
        return start(children, directory, BrokerPorts.find(), List.of());
      } catch (IOException e) {
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Starts a broker that is going to be killed, and keeps its data in {@code directory}. Returns
   * once it takes requests.
   *
   * @throws IOException where it does not come up within 60 s; the message names its log
   */
  public static BrokerProcess startUnderFaults(Children children, Path directory, BrokerPorts ports)
      throws IOException, InterruptedException {
    return start(children, directory, ports, List.of(JvmProgram.COMPILE_SOON));
  }

  private static BrokerProcess start(
      Children children, Path directory, BrokerPorts ports, List<String> jvmOptions)
      throws IOException, InterruptedException {
    ChildProcess process = launch(children, directory, ports, jvmOptions);
    BrokerProcess broker = new BrokerProcess(children, directory, ports, jvmOptions, process);
    broker.awaitRequests();
    return broker;
  }

  @Override
  public String bootstrap() {
    return ports.bootstrap();
  }

  /** The process that runs, or ran last. */
  public synchronized ChildProcess process() {
    return process;
  }

  /**
   * Starts a killed broker again, on the same ports and data. Returns once it takes requests.
   *
   * @throws IOException where it does not come up within 60 s; the message names its log
   */
  public synchronized void restart() throws IOException, InterruptedException {
    if (process.isAlive()) {
      throw new IllegalStateException("the broker still runs; end it first");
    }
    process = launch(children, directory, ports, jvmOptions);
    awaitRequests();
  }

  @Override
  public synchronized void close() {
    process.close();
  }

  private static ChildProcess launch(
      Children children, Path directory, BrokerPorts ports, List<String> jvmOptions)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("-Xms256m", "-Xmx768m"));
    options.addAll(jvmOptions);
    List<String> arguments = new ArrayList<>();
    arguments.add(directory.toAbsolutePath().toString());
    arguments.addAll(ports.arguments());
    return children.start(
        JvmProgram.of(NAME, LocalBroker.class.getName(), ClassPath.current(), options, arguments));
  }

  private void awaitRequests() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    Map<String, Object> settings =
        Map.of(
            AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap(),
            AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            100,
            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
            (int) START_LIMIT.toMillis(),
            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
            (int) START_LIMIT.toMillis());
    Admin admin = Admin.create(settings);
    try {
      var nodes = admin.describeCluster().nodes();
      while (true) {
        if (!process.isAlive()) {
          throw failed("ended with code " + process.exitCode());
        } else if (System.nanoTime() > deadline) {
          throw failed("did not answer in " + START_LIMIT.toSeconds() + " s");
        } else if (nodes.isDone()) {
          nodes.get();
          return;
        }
        TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
      }
    } catch (ExecutionException e) {
      throw failed("did not answer: " + e.getCause());
    } finally {
      // Where the broker has ended, the question to it never will.
      admin.close(Duration.ZERO);
    }
  }

  private IOException failed(String how) throws IOException {
    process.close();
    String said = Files.readString(children.logs().resolve(NAME + ".out"));
    return new IOException(
        "Kafka "
            + how
            + (said.isBlank() ? "" : " (" + FailureCause.of(said) + ")")
            + "; its log is "
            + children.logs().resolve(NAME + ".log"));
  }
}
