package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.FreePorts;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Cassandra node as a child process, on loopback only. It can be ended and started again on
 * the same ports and data; every write that it acknowledged is on disk.
 *
 * <p>It takes about 0.8 GB, and 8 s to start. What it has as class path was put by the build into a
 * directory of its own, which the system property {@value #CLASS_PATH} names.
 */
public final class LocalCassandra implements AutoCloseable {
  /** System property with the directory of the node's jars. */
  public static final String CLASS_PATH = "millrace.cassandra";

  private static final Logger LOG = LoggerFactory.getLogger(LocalCassandra.class);
  private static final String NAME = "cassandra";
  private static final Path BUILT = Path.of("local-cluster", "cassandra", "target", "lib");
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final int ANSWER_LIMIT_MILLIS = 5_000;

  /** The request OPTIONS of the native protocol, version 4, without a body. */
  private static final byte[] OPTIONS = {0x04, 0, 0, 0, 0x05, 0, 0, 0, 0};

  /** How its answer SUPPORTED starts. */
  private static final byte[] SUPPORTED = {(byte) 0x84, 0, 0, 0, 0x06};

  /** Packages of the JDK that a node uses though they are not exported. */
  private static final List<String> EXPORTED =
      List.of(
          "java.base/jdk.internal.misc",
          "java.base/jdk.internal.ref",
          "java.base/sun.nio.ch",
          "java.management.rmi/com.sun.jmx.remote.internal.rmi",
          "java.rmi/sun.rmi.registry",
          "java.rmi/sun.rmi.server");

  /** Packages of the JDK that a node, its memory meter and its queues reflect on. */
  private static final List<String> OPENED =
      List.of(
          "java.base/java.io",
          "java.base/java.lang",
          "java.base/java.lang.module",
          "java.base/java.lang.reflect",
          "java.base/java.net",
          "java.base/java.nio",
          "java.base/java.util",
          "java.base/java.util.concurrent",
          "java.base/java.util.concurrent.atomic",
          "java.base/jdk.internal.loader",
          "java.base/jdk.internal.math",
          "java.base/jdk.internal.module",
          "java.base/jdk.internal.ref",
          "java.base/jdk.internal.reflect",
          "java.base/jdk.internal.util.jar",
          "java.base/sun.nio.ch",
          "jdk.management/com.sun.management.internal");

  /** Lets in only who has a password; how long it believes what it knows of rights is added. */
  private static final String USERS =
      """
      authenticator: PasswordAuthenticator
      authorizer: CassandraAuthorizer
      role_manager: CassandraRoleManager
      credentials_validity: %1$s
      roles_validity: %1$s
      permissions_validity: %1$s
      """;

  /** Both name and password. */
  private static final String FIRST_USER = "cassandra";

  private final Children children;
  private final Path directory;
  private final int port;
  private final JvmProgram program;
  private ChildProcess process;

  private LocalCassandra(
      Children children, Path directory, int port, JvmProgram program, ChildProcess process) {
    this.children = children;
    this.directory = directory;
    this.port = port;
    this.program = program;
    this.process = process;
  }

  /**
   * Starts a node whose data, log and configuration are kept in {@code directory}, which is created
   * where it is missing. Returns once it answers.
   *
   * @throws IOException where the directory is not writable, its jars are not built, or the node
   *     does not answer; the message says what to do
   */
  public static LocalCassandra start(Path directory) throws IOException {
    return start(childrenIn(directory), directory.resolve(NAME));
  }

  /**
   * Starts a node that asks for user and password, and for rights anew with every statement. Soon
   * after it answers, both are {@code cassandra} for its first user, who may do everything.
   *
   * @throws IOException as above
   */
  public static LocalCassandra startWithUsers(Path directory) throws IOException {
    return start(childrenIn(directory), directory.resolve(NAME), USERS.formatted("0ms"));
  }

  /**
   * Starts a node that takes encrypted connections beside open ones.
   *
   * @param keyStore its key and certificate, PKCS12
   * @param password opens that file
   * @throws IOException as above
   */
  public static LocalCassandra startWithTls(Path directory, Path keyStore, String password)
      throws IOException {
    String settings =
        """
        client_encryption_options:
          enabled: true
          optional: true
          keystore: %s
          keystore_password: %s
          store_type: PKCS12
        """;
    return start(
        childrenIn(directory),
        directory.resolve(NAME),
        settings.formatted(keyStore.toAbsolutePath(), password));
  }

  /**
   * Starts a node as one of {@code children}, which have its log.
   *
   * @param directory has its data and configuration
   * @throws IOException as above
   */
  public static LocalCassandra start(Children children, Path directory) throws IOException {
    return start(children, directory, "");
  }

  /**
   * Starts a node that asks for user and password, and for rights anew every second, as one of
   * {@code children}.
   *
   * @param directory has its data and configuration
   * @throws IOException as above
   */
  public static LocalCassandra startWithUsers(Children children, Path directory)
      throws IOException {
    return start(children, directory, USERS.formatted("1s"));
  }

  private static Children childrenIn(Path directory) throws IOException {
    return Children.in(directory, (name, pid) -> {});
  }

  private static LocalCassandra start(Children children, Path directory, String settings)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      int port = FreePorts.find();
      LocalCassandra node = launch(children, directory, port, settings);
      try {
        node.awaitAnswer();
        return node;
      } catch (IOException e) {
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
        LOG.info("Cassandra did not start on port {}, trying another: {}", port, e.getMessage());
      }
    }
  }

  /** Address for clients: {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** The port alone. */
  public int port() {
    return port;
  }

  /**
   * Has a node with users do something, as its first user, who is let in soon after it answers.
   *
   * @param cql one statement, whose result is not of interest
   * @throws IOException where it refuses it or does not answer; the message says what it said
   */
  public void execute(String cql) throws IOException {
    CassandraConsole.execute(port, FIRST_USER, cql);
  }

  /** The process that runs, or ran last. */
  public synchronized ChildProcess process() {
    return process;
  }

  /**
   * Starts a node that has ended again, on the same ports and data. Returns once it answers.
   *
   * @throws IOException where it does not; the message names its log
   */
  public synchronized void restart() throws IOException {
    if (process.isAlive()) {
      throw new IllegalStateException("the node still runs; end it first");
    }
    process = children.start(program);
    awaitAnswer();
  }

  /** Stops the node and waits until its process has ended; its data stays. */
  @Override
  public synchronized void close() {
    process.close();
  }

  private static LocalCassandra launch(Children children, Path directory, int port, String settings)
      throws IOException {
    Files.createDirectories(directory);
    Path yaml = directory.resolve("cassandra.yaml");
    Files.writeString(yaml, configuration(port, FreePorts.find()) + settings);
    JvmProgram program = program(jars(), directory, yaml, children.temporary(NAME));
    return new LocalCassandra(children, directory, port, program, children.start(program));
  }

  private static List<Path> jars() throws IOException {
    Path built = Path.of(System.getProperty(CLASS_PATH, BUILT.toString()));
    return BuiltJars.of("Cassandra", "local-cluster/cassandra", built, CLASS_PATH);
  }

  private static JvmProgram program(List<Path> jars, Path directory, Path yaml, Path temporary)
      throws IOException {
    Path meter =
        jars.stream()
            .filter(jar -> String.valueOf(jar.getFileName()).startsWith("jamm-"))
            .findFirst()
            .orElseThrow(() -> new IOException("jamm is missing among Cassandra's jars"));
    List<String> options = new ArrayList<>();
    options.addAll(List.of("-Xms256m", "-Xmx512m", "-XX:MaxDirectMemorySize=256m"));
    options.addAll(List.of("-XX:+ExitOnOutOfMemoryError", JvmProgram.COMPILE_SOON));
    options.add("-javaagent:" + meter);
    EXPORTED.forEach(each -> options.add("--add-exports=" + each + "=ALL-UNNAMED"));
    OPENED.forEach(each -> options.add("--add-opens=" + each + "=ALL-UNNAMED"));
    options.add("-Djna.tmpdir=" + temporary);
    options.add("-Dcassandra.config=" + yaml.toAbsolutePath().toUri());
    options.add("-Dcassandra.storagedir=" + directory.toAbsolutePath());
    // Else it closes its standard output, which has what is wrong before there is a log.
    options.add("-Dcassandra-foreground=yes");
    // It has no neighbours to wait for.
    options.add("-Dcassandra.skip_wait_for_gossip_to_settle=0");
    options.add("-Dcassandra.ring_delay_ms=0");
    options.add("-Dcassandra.superuser_setup_delay_ms=0");
    options.add("-Dcassandra.shutdown_announce_in_ms=0");
    return JvmProgram.of(
        NAME,
        "org.apache.cassandra.service.CassandraDaemon",
        new ClassPath(jars.stream().map(Path::toString).toList()),
        options,
        List.of());
  }

  /** A node by itself that fits into little memory, and has on disk what it acknowledged. */
  private static String configuration(int nativePort, int storagePort) {
    return """
        cluster_name: Millrace
        num_tokens: 1
        partitioner: org.apache.cassandra.dht.Murmur3Partitioner
        endpoint_snitch: SimpleSnitch
        seed_provider:
          - class_name: org.apache.cassandra.locator.SimpleSeedProvider
            parameters:
              - seeds: "127.0.0.1:%2$d"
        listen_address: 127.0.0.1
        storage_port: %2$d
        rpc_address: 127.0.0.1
        native_transport_port: %1$d
        auto_bootstrap: false
        auto_snapshot: false
        hinted_handoff_enabled: false
        commitlog_sync: batch
        commitlog_total_space: 512MiB
        memtable_heap_space: 96MiB
        memtable_offheap_space: 64MiB
        file_cache_size: 32MiB
        networking_cache_size: 16MiB
        key_cache_size: 8MiB
        row_cache_size: 0MiB
        counter_cache_size: 0MiB
        prepared_statements_cache_size: 4MiB
        concurrent_writes: 64
        concurrent_compactors: 1
        """
        .formatted(nativePort, storagePort);
  }

  private void awaitAnswer() throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try {
      while (!answers(port)) {
        if (process.awaitEnd(POLL)) {
          throw failed("ended with code " + process.exitCode());
        } else if (System.nanoTime() > deadline) {
          throw failed("did not answer in " + START_LIMIT.toSeconds() + " s");
        }
      }
    } catch (InterruptedException e) {
      process.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Cassandra started", e);
    }
  }

  private IOException failed(String how) {
    process.close();
    Path logs = children.logs();
    return new IOException(
        String.format(
            "Cassandra %s; its log is %s, what it printed is in %s, its configuration in %s",
            how, logs.resolve(NAME + ".log"), logs.resolve(NAME + ".out"), directory));
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), ANSWER_LIMIT_MILLIS);
      socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
      socket.getOutputStream().write(OPTIONS);
      byte[] answer = socket.getInputStream().readNBytes(SUPPORTED.length);
      return Arrays.equals(answer, SUPPORTED);
    } catch (IOException notYet) {
      return false;
    }
  }
}
