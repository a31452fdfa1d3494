package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * A real PostgreSQL server as child processes, on loopback only. Its data stay in its directory, so
 * it can be stopped and started again; they survive its own end, but not a power failure.
 *
 * <p>The user {@link #user} may do everything and needs no password; every other one needs the
 * password it was created with.
 */
public final class LocalPostgres implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalPostgres.class);
  private static final String USER = "postgres";
  private static final String DATABASE = "postgres";
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(20);

  /** Line of the server's file of its process, counted from 0, that tells what it does. */
  private static final int STATUS_LINE = 7;

  private static final String READY = "ready";

  /** Who may enter; the first line that fits counts. */
  private static final String ACCESS =
      "host all " + USER + " 127.0.0.1/32 trust\n" + "host all all 127.0.0.1/32 scram-sha-256\n";

  private final Path directory;
  private final int port;
  private ChildProcess process;

  private LocalPostgres(Path directory, int port, ChildProcess process) {
    this.directory = directory;
    this.port = port;
    this.process = process;
  }

  /**
   * Starts a server whose programs, data and log are kept in {@code directory}, which is created
   * where it is missing. Where it has data of an earlier server, they are still there. Returns once
   * the server answers.
   *
   * @throws IOException where there is no PostgreSQL for this system, the directory is not writable
   *     or the server does not answer; the message names the log
   */
  public static LocalPostgres start(Path directory) throws IOException {
    Path home = directory.toAbsolutePath();
    Files.createDirectories(home);
    try {
      unpack(home);
      create(home);
      for (int attempt = 1; ; attempt++) {
        int port = FreePorts.find();
        ChildProcess process = launch(home, port);
        if (answers(home, process)) {
          return new LocalPostgres(home, port, process);
        }
        end(process);
        if (attempt == START_ATTEMPTS) {
          throw new IOException("the PostgreSQL server did not start; its log is " + log(home));
        }
        LOG.info("PostgreSQL did not start on port {}, trying another", port);
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
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

  /** The database that is there from the start. */
  public String database() {
    return DATABASE;
  }

  /** The user who may do everything, without a password. */
  public String user() {
    return USER;
  }

  /**
   * Has the server do something, as {@link #user}.
   *
   * @param sql one or more statements, whose results are not of interest
   * @throws IOException where it refuses one or does not answer; the message says what it said
   */
  public void execute(String sql) throws IOException {
    PostgresConsole.execute(port, USER, DATABASE, sql);
  }

  /** Process id of the server, which serves each connection by a child process. */
  public long pid() {
    return process.pid();
  }

  /** Stops the server, whose connections end at once; its data stay. */
  public void stop() {
    end(process);
  }

  /**
   * Starts the stopped server again with its data, on the port that it had.
   *
   * @throws IOException where it does not answer; the message names the log
   */
  public void startAgain() throws IOException {
    try {
      process = launch(directory, port);
      if (!answers(directory, process)) {
        end(process);
        throw new IOException(
            "the PostgreSQL server did not start again; its log is " + log(directory));
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Stops all its processes with SIGSTOP: it keeps its connections and answers nothing. */
  public void suspend() throws IOException, InterruptedException {
    // The server first, so that it can't fork another one meanwhile.
    process.suspend();
    signalChildren("STOP");
  }

  /** Lets a suspended server go on. */
  public void resume() throws IOException, InterruptedException {
    signalChildren("CONT");
    process.resume();
  }

  /** Stops the server and waits until its processes have ended. */
  @Override
  public void close() {
    stop();
  }

  private static void end(ChildProcess process) {
    try {
      if (process.isAlive()) {
        process.interrupt();
        if (!process.awaitEnd(STOP_LIMIT)) {
          LOG.warn("PostgreSQL (process {}) ignored SIGINT", process.pid());
        }
      }
    } catch (IOException e) {
      LOG.warn("PostgreSQL (process {}) could not be asked to end", process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.close();
  }

  private void signalChildren(String signal) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
    ProcessHandle.of(process.pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .forEach(child -> command.add(String.valueOf(child.pid())));
    run(command, directory);
  }

  /** Unpacks the programs, where they are not there yet. */
  private static void unpack(Path home) throws IOException, InterruptedException {
    Path programs = programs(home);
    if (Files.exists(programs.resolve("bin"))) {
      return;
    }
    Files.createDirectories(programs);
    String archive = archive();
    try (InputStream packed = LocalPostgres.class.getResourceAsStream("/" + archive)) {
      if (packed == null) {
        throw new IOException("there is no PostgreSQL for this system: no " + archive);
      }
      Process tar =
          new ProcessBuilder("tar", "-x", "-f", "-", "-C", programs.toString())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log(home).toFile()))
              .start();
      try (OutputStream in = tar.getOutputStream();
          InputStream unpacked = new XZInputStream(packed)) {
        unpacked.transferTo(in);
      }
      requireSuccess(tar, "tar", home);
    }
  }

  /** Name of the archive of this system's programs. */
  private static String archive() {
    String system = System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    String machine = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return "postgres-" + system + (machine.equals("aarch64") ? "-arm_64" : "-x86_64") + ".txz";
  }

  /** Creates the directory of the data, where there is none yet. */
  private static void create(Path home) throws IOException, InterruptedException {
    Path data = data(home);
    if (Files.exists(data.resolve("PG_VERSION"))) {
      return;
    }
    List<String> command =
        asOrdinaryUser(
            List.of(
                programs(home).resolve("bin").resolve("initdb").toString(),
                "--pgdata=" + data,
                "--username=" + USER,
                "--encoding=UTF8",
                "--locale=C",
                "--auth=trust",
                "--no-sync"));
    run(command, home);
    Files.writeString(data.resolve("pg_hba.conf"), ACCESS);
  }

  private static ChildProcess launch(Path home, int port) throws IOException {
    // What an earlier server left would tell that this one is ready.
    Files.deleteIfExists(status(home));
    List<String> command =
        asOrdinaryUser(
            List.of(
                programs(home).resolve("bin").resolve("postgres").toString(),
                "-D",
                data(home).toString(),
                "-p",
                String.valueOf(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off"));
    return ChildProcess.start("postgres", command, Map.of(), log(home));
  }

  /** PostgreSQL does not run as root; in a user namespace of its own a process is not root. */
  private static List<String> asOrdinaryUser(List<String> command) {
    if (!System.getProperty("user.name").equals("root")) {
      return command;
    }
    List<String> whole = new ArrayList<>(List.of("unshare", "--user"));
    whole.addAll(command);
    return whole;
  }

  private static boolean answers(Path home, ChildProcess process)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (System.nanoTime() < deadline) {
      if (isReady(home)) {
        return true;
      }
      if (process.awaitEnd(POLL)) {
        return false;
      }
    }
    return false;
  }

  private static boolean isReady(Path home) throws IOException {
    try {
      List<String> lines = Files.readAllLines(status(home));
      return lines.size() > STATUS_LINE && lines.get(STATUS_LINE).startsWith(READY);
    } catch (NoSuchFileException notYet) {
      return false;
    }
  }

  private static void run(List<String> command, Path home)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(home).toFile()))
            .start();
    process.getOutputStream().close();
    requireSuccess(process, command.get(0), home);
  }

  private static void requireSuccess(Process process, String name, Path home)
      throws IOException, InterruptedException {
    int code = process.waitFor();
    if (code != 0) {
      throw new IOException(
          String.format("%s failed with exit code %d; its log is %s", name, code, log(home)));
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IOException("interrupted while PostgreSQL started", e);
  }

  private static Path programs(Path home) {
    return home.resolve("postgres");
  }

  private static Path data(Path home) {
    return home.resolve("data");
  }

  private static Path status(Path home) {
    return data(home).resolve("postmaster.pid");
  }

  private static Path log(Path home) {
    return home.resolve("postgres.log");
  }
}
