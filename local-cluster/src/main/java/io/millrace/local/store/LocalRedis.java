package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server as a child process, on loopback only. It keeps nothing on disk but its log,
 * unless it is a durable one: that can be stopped and started again with what it acknowledged.
 */
public final class LocalRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalRedis.class);
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int PING_MILLIS = 1_000;
  private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String PONG = "+PONG";

  /** Writes down every change before it answers. */
  private static final List<String> DURABLE =
      List.of("--appendonly", "yes", "--appendfsync", "everysec");

  private static final List<String> FORGETFUL = List.of("--appendonly", "no");

  private final Path directory;
  private final List<String> settings;
  private final int port;
  private ChildProcess process;

  private LocalRedis(Path directory, List<String> settings, int port, ChildProcess process) {
    this.directory = directory;
    this.settings = settings;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts a server whose executable and log are kept in {@code directory}, which is created where
   * it is missing. Returns once the server answers.
   *
   * @throws IOException where the directory is not writable or the server does not answer; the
   *     message names the log
   */
  public static LocalRedis start(Path directory) throws IOException {
    return start(directory, FORGETFUL);
  }

  /**
   * Starts a server that keeps its data in {@code directory}, and lets in one user more, who may do
   * everything.
   *
   * @throws IOException as above
   */
  public static LocalRedis startDurable(Path directory, String user, String password)
      throws IOException {
    List<String> settings = new ArrayList<>(DURABLE);
    settings.addAll(List.of("--user", user, "on", ">" + password, "~*", "&*", "+@all"));
    return start(directory, settings);
  }

  private static LocalRedis start(Path directory, List<String> settings) throws IOException {
    Files.createDirectories(directory);
    for (int attempt = 1; ; attempt++) {
      int port = FreePorts.find();
      ChildProcess process = launch(directory, settings, port);
      if (answers(process, port)) {
        return new LocalRedis(directory, settings, port, process);
      }
      process.close();
      if (attempt == START_ATTEMPTS) {
        throw new IOException("the Redis server did not start; its log is " + log(directory));
      }
      LOG.info("Redis did not start on port {}, trying another", port);
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

  /** Stops the server, whose connections end at once. */
  public void stop() {
    process.close();
  }

  /**
   * Starts the stopped server again on the port that it had, with its data where it is durable.
   *
   * @throws IOException where it does not answer; the message names the log
   */
  public void startAgain() throws IOException {
    process = launch(directory, settings, port);
    if (!answers(process, port)) {
      process.close();
      throw new IOException("the Redis server did not start again; its log is " + log(directory));
    }
  }

  /** Stops it with SIGSTOP: it keeps its connections and answers nothing. */
  public void suspend() throws IOException, InterruptedException {
    process.suspend();
  }

  /** Lets a suspended server go on. */
  public void resume() throws IOException, InterruptedException {
    process.resume();
  }

  /**
   * Has the server do something, as its first user.
   *
   * @param command a line, whose words have no quotes
   * @throws IOException where it refuses or does not answer
   */
  public void execute(String command) throws IOException {
    try (Socket socket = connect(port, (int) START_LIMIT.toMillis())) {
      socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      String answer = in.readLine();
      if (answer == null || answer.startsWith("-")) {
        throw new IOException("Redis did not do what it was told: " + answer);
      }
    }
  }

  /** Process id of the server. */
  public long pid() {
    return process.pid();
  }

  /** Stops the server and waits until its process has ended; what it held is gone. */
  @Override
  public void close() {
    process.close();
  }

  private static ChildProcess launch(Path directory, List<String> settings, int port)
      throws IOException {
    Path executable = ExecutableProvider.newJarResourceProvider(directory.toFile()).get().toPath();
    List<String> command =
        new ArrayList<>(
            List.of(
                executable.toAbsolutePath().toString(),
                "--bind",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--dir",
                directory.toAbsolutePath().toString(),
                "--save",
                ""));
    command.addAll(settings);
    return ChildProcess.start("redis", command, Map.of(), log(directory));
  }

  private static Path log(Path directory) {
    return directory.resolve("redis.log");
  }

  private static boolean answers(ChildProcess process, int port) throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try {
      while (System.nanoTime() < deadline) {
        if (pings(port)) {
          return true;
        }
        if (process.awaitEnd(POLL)) {
          return false;
        }
      }
      return false;
    } catch (InterruptedException e) {
      process.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while Redis started", e);
    }
  }

  private static boolean pings(int port) {
    try (Socket socket = connect(port, PING_MILLIS)) {
      socket.getOutputStream().write(PING);
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(PONG.length()), StandardCharsets.US_ASCII).equals(PONG);
    } catch (IOException notYet) {
      return false;
    }
  }

  private static Socket connect(int port, int answerMillis) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PING_MILLIS);
      socket.setSoTimeout(answerMillis);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
