package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis server as a child process, on loopback only. It keeps nothing on disk but its log.
 */
public final class LocalRedis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalRedis.class);
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final byte[] PING = "PING\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String PONG = "+PONG";

  private final ChildProcess process;
  private final int port;

  private LocalRedis(ChildProcess process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts a server whose executable and log are kept in {@code directory}, which is created where
   * it is missing. Returns once the server answers.
   *
   * @throws IOException where the directory is not writable or the server does not answer; the
   *     message names the log
   */
  public static LocalRedis start(Path directory) throws IOException {
    Files.createDirectories(directory);
    Path executable = ExecutableProvider.newJarResourceProvider(directory.toFile()).get().toPath();
    Path log = directory.resolve("redis.log");
    for (int attempt = 1; ; attempt++) {
      int port = FreePorts.find();
      ChildProcess process = launch(executable, directory, log, port);
      if (answers(process, port)) {
        return new LocalRedis(process, port);
      }
      process.close();
      if (attempt == START_ATTEMPTS) {
        throw new IOException("the Redis server did not start; its log is " + log);
      }
      LOG.info("Redis did not start on port {}, trying another", port);
    }
  }

  /** Address for clients: {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + port;
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

  private static ChildProcess launch(Path executable, Path directory, Path log, int port)
      throws IOException {
    List<String> command =
        List.of(
            executable.toAbsolutePath().toString(),
            "--bind",
            "127.0.0.1",
            "--port",
            String.valueOf(port),
            "--dir",
            directory.toAbsolutePath().toString(),
            "--save",
            "",
            "--appendonly",
            "no");
    return ChildProcess.start("redis", command, Map.of(), log);
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
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      socket.setSoTimeout(1_000);
      socket.getOutputStream().write(PING);
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(PONG.length()), StandardCharsets.US_ASCII).equals(PONG);
    } catch (IOException notYet) {
      return false;
    }
  }
}
