package io.millrace.local.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker in this JVM: one node that is broker and controller, on loopback only.
 *
 * <p>It differs from a broker's defaults where one machine and one run need it: every replication
 * factor is 1, topics are never made by chance, groups start at once, and nothing is deleted by age
 * (a record's time may be years ago). What a job can feel is as in production: transactions may
 * stay open for 15 minutes at most.
 *
 * <p><b>Space</b>: about 60 MB of heap; on disk what was produced.
 */
public final class LocalBroker implements Broker {
  /** The largest accepted batch of records, in bytes: 16 MiB. */
  public static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(LocalBroker.class);
  private static final int NODE = 1;
  private static final int START_ATTEMPTS = 3;
  private static final String SESSION_TIMEOUT = "broker.session.timeout.ms";

  /** Until it is over, the controller takes a broker that comes back for a second one. */
  private static final String RESTARTABLE_SESSION_TIMEOUT_MILLIS = "4000";

  private final KafkaRaftServer server;
  private final String bootstrap;

  private LocalBroker(KafkaRaftServer server, String bootstrap) {
    this.server = server;
    this.bootstrap = bootstrap;
  }

  /**
   * Starts a broker that keeps its data in {@code directory}, which is created where it is missing.
   * Returns once the broker takes requests.
   *
   * @throws IOException where the directory is not writable
   * @throws KafkaException where the broker does not come up
   */
  public static LocalBroker start(Path directory) throws IOException {
    Files.createDirectories(directory);
    for (int attempt = 1; ; attempt++) {
      BrokerPorts ports = BrokerPorts.find();
      try {
        return start(directory, ports, Map.of());
      } catch (RuntimeException e) {
        if (attempt == START_ATTEMPTS || !isPortTaken(e)) {
          throw new KafkaException("the Kafka broker did not start: " + e.getMessage(), e);
        }
        LOG.info("One of {} was taken meanwhile, trying others", ports);
      }
    }
  }

  /**
   * Runs a broker until the process is asked to end: {@code <directory> <broker port> <controller
   * port> <detour port> <detour's advertised port>}, with 0 for both of the latter where there is
   * no detour.
   */
  public static void main(String[] args) throws Exception {
    int[] ports = Arrays.stream(args).skip(1).mapToInt(Integer::parseInt).toArray();
    Path directory = Files.createDirectories(Path.of(args[0]));
    LocalBroker broker =
        start(
            directory,
            new BrokerPorts(ports[0], ports[1], ports[2], ports[3]),
            Map.of(SESSION_TIMEOUT, RESTARTABLE_SESSION_TIMEOUT_MILLIS));
    Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-at-exit"));
    broker.server.awaitShutdown();
  }

  @Override
  public String bootstrap() {
    return bootstrap;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  /**
   * Starts a broker at given ports, as {@link #start(Path)} does at free ones.
   *
   * @param overrides settings that differ, such as a listener that requires a login
   */
  public static LocalBroker start(Path directory, BrokerPorts ports, Map<String, String> overrides)
      throws IOException {
    // A broker that is started again keeps the identity of its data.
    if (!Files.exists(directory.resolve("meta.properties"))) {
      format(directory);
    }
    Map<String, String> settings = new HashMap<>(settings(directory));
    settings.putAll(ports.settings(NODE));
    settings.putAll(overrides);
    KafkaConfig config = new KafkaConfig(settings, false);
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    try {
      server.startup();
      return new LocalBroker(server, ports.bootstrap());
    } catch (RuntimeException e) {
      server.shutdown();
      server.awaitShutdown();
      throw e;
    }
  }

  private static void format(Path directory) throws IOException {
    try (PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setPrintStream(silent)
          .setClusterId(Uuid.randomUuid().toString())
          .setNodeId(NODE)
          .setControllerListenerName(BrokerPorts.CONTROLLER)
          .setMetadataLogDirectory(directory.toString())
          .addDirectory(directory.toString())
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new KafkaException("formatting " + directory + " for Kafka failed", e);
    }
  }

  private static Map<String, String> settings(Path directory) {
    return Map.ofEntries(
        Map.entry("process.roles", "broker,controller"),
        Map.entry("node.id", String.valueOf(NODE)),
        Map.entry("controller.listener.names", BrokerPorts.CONTROLLER),
        Map.entry("inter.broker.listener.name", BrokerPorts.BROKER),
        Map.entry("log.dirs", directory.toString()),

        // What jobs rely on.
        Map.entry("auto.create.topics.enable", "false"),
        Map.entry("transaction.max.timeout.ms", "900000"),
        Map.entry("message.max.bytes", String.valueOf(MAX_MESSAGE_BYTES)),
        Map.entry("replica.fetch.max.bytes", String.valueOf(MAX_MESSAGE_BYTES)),
        Map.entry("socket.request.max.bytes", String.valueOf(4 * MAX_MESSAGE_BYTES)),
        Map.entry("log.retention.ms", "-1"),
        // Timestamps of raw lines are event times: jobs refuse those that are too far ahead.
        Map.entry("log.message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE)),

        // One node.
        Map.entry("default.replication.factor", "1"),
        Map.entry("min.insync.replicas", "1"),
        Map.entry("offsets.topic.replication.factor", "1"),
        Map.entry("transaction.state.log.replication.factor", "1"),
        Map.entry("transaction.state.log.min.isr", "1"),
        Map.entry("share.coordinator.state.topic.replication.factor", "1"),
        Map.entry("share.coordinator.state.topic.min.isr", "1"),

        // A busy machine must not look like a dead node.
        Map.entry(SESSION_TIMEOUT, "60000"),

        // A fast start and a small footprint.
        Map.entry("broker.heartbeat.interval.ms", "1000"),
        Map.entry("group.initial.rebalance.delay.ms", "0"),
        Map.entry("offsets.topic.num.partitions", "4"),
        Map.entry("transaction.state.log.num.partitions", "4"),
        Map.entry("log.segment.bytes", String.valueOf(64 * 1024 * 1024)),
        Map.entry("log.index.size.max.bytes", String.valueOf(1024 * 1024)),
        Map.entry("log.cleaner.dedupe.buffer.size", String.valueOf(4 * 1024 * 1024)),
        Map.entry("num.network.threads", "2"),
        Map.entry("num.io.threads", "4"),
        Map.entry("num.recovery.threads.per.data.dir", "1"),
        Map.entry("background.threads", "2"));
  }

  private static boolean isPortTaken(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return true;
      }
    }
    return false;
  }
}
