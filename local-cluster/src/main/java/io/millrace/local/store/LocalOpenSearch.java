package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.FreePorts;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real OpenSearch node as a child process, on loopback only. It can be ended and started again on
 * the same port and data; every document that it acknowledged is on disk.
 *
 * <p>It takes about 0.3 GB, and 5 s to start. What it has as class path was put by the build into a
 * directory of its own, which the system property {@value #CLASS_PATH} names.
 */
public final class LocalOpenSearch implements AutoCloseable {
  /** System property with the directory of the node's jars. */
  public static final String CLASS_PATH = "millrace.opensearch";

  private static final Logger LOG = LoggerFactory.getLogger(LocalOpenSearch.class);
  private static final String NAME = "opensearch";
  private static final String PROGRAM = "io.millrace.local.opensearch.OpenSearchProgram";
  private static final Path BUILT = Path.of("local-cluster", "opensearch", "target", "lib");
  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofMinutes(2);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_LIMIT)
          .build();
  private final Children children;
  private final Path directory;
  private final int port;
  private final JvmProgram program;
  private ChildProcess process;

  private LocalOpenSearch(
      Children children, Path directory, int port, JvmProgram program, ChildProcess process) {
    this.children = children;
    this.directory = directory;
    this.port = port;
    this.program = program;
    this.process = process;
  }

  /**
   * Starts a node whose data and log are kept in {@code directory}, which is created where it is
   * missing. Returns once it answers.
   *
   * @throws IOException where the directory is not writable, its jars are not built, or the node
   *     does not answer; the message says what to do
   */
  public static LocalOpenSearch start(Path directory) throws IOException {
    return start(Children.in(directory, (name, pid) -> {}), directory.resolve(NAME));
  }

  /**
   * Starts a node as one of {@code children}, which have its log.
   *
   * @param directory has its data
   * @throws IOException as above
   */
  public static LocalOpenSearch start(Children children, Path directory) throws IOException {
    return start(children, directory, List.of());
  }

  /**
   * Starts a node that takes faults, by {@link #failOneOf} and {@link #admitOnly}.
   *
   * @throws IOException as above
   */
  public static LocalOpenSearch startWithFaults(Path directory) throws IOException {
    return startWithFaults(Children.in(directory, (name, pid) -> {}), directory.resolve(NAME));
  }

  /**
   * Starts a node that takes faults, as one of {@code children}.
   *
   * @throws IOException as above
   */
  public static LocalOpenSearch startWithFaults(Children children, Path directory)
      throws IOException {
    return start(children, directory, List.of("faults"));
  }

  private static LocalOpenSearch start(Children children, Path directory, List<String> more)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      LocalOpenSearch node = launch(children, directory, FreePorts.find(), more);
      try {
        node.awaitAnswer();
        return node;
      } catch (IOException e) {
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
        LOG.info("OpenSearch did not start on {}, trying again: {}", node.port, e.getMessage());
      }
    }
  }

  /** Address for clients: {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** The process that runs, or ran last. */
  public synchronized ChildProcess process() {
    return process;
  }

  /**
   * Has one of {@code every} documents of bulk requests refused, as by a node whose queue is full;
   * none where it is 0. It is forgotten when the node ends.
   */
  public void failOneOf(int every) throws IOException, InterruptedException {
    tell("one_of=" + every);
  }

  /** How many documents were refused since the node has started. */
  public long failed() throws IOException, InterruptedException {
    return Long.parseLong(tell(""));
  }

  /**
   * Lets in only who has this name and password, of letters, digits and hyphens. It is forgotten
   * when the node ends.
   */
  public void admitOnly(String user, String password) throws IOException, InterruptedException {
    tell("user=" + user + "&password=" + password);
  }

  /**
   * Starts a node that has ended again, on the same port and data. Returns once it answers.
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

  private static LocalOpenSearch launch(
      Children children, Path directory, int port, List<String> more) throws IOException {
    Files.createDirectories(directory);
    List<String> arguments =
        new ArrayList<>(List.of(directory.toAbsolutePath().toString(), String.valueOf(port)));
    arguments.addAll(more);
    JvmProgram program =
        JvmProgram.of(
            NAME,
            PROGRAM,
            new ClassPath(jars().stream().map(Path::toString).toList()),
            List.of(
                "-Xms128m",
                "-Xmx512m",
                "-XX:MaxDirectMemorySize=256m",
                "-XX:+ExitOnOutOfMemoryError",
                JvmProgram.COMPILE_SOON),
            arguments);
    return new LocalOpenSearch(children, directory, port, program, children.start(program));
  }

  private static List<Path> jars() throws IOException {
    Path built = Path.of(System.getProperty(CLASS_PATH, BUILT.toString()));
    return BuiltJars.of("OpenSearch", "local-cluster/opensearch", built, CLASS_PATH);
  }

  private void awaitAnswer() throws IOException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    try {
      while (!answers()) {
        if (process.awaitEnd(POLL)) {
          throw failed("ended with code " + process.exitCode());
        } else if (System.nanoTime() > deadline) {
          throw failed("did not answer in " + START_LIMIT.toSeconds() + " s");
        }
      }
    } catch (InterruptedException e) {
      process.close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while OpenSearch started", e);
    }
  }

  private IOException failed(String how) {
    process.close();
    Path logs = children.logs();
    return new IOException(
        String.format(
            "OpenSearch %s; its log is %s, what it printed is in %s, its data in %s",
            how, logs.resolve(NAME + ".log"), logs.resolve(NAME + ".out"), directory));
  }

  /** Whether it has all of its shards; it answers before that. */
  private boolean answers() throws InterruptedException {
    try {
      HttpRequest health =
          request("/_cluster/health?wait_for_status=yellow&timeout=1s").GET().build();
      return http.send(health, BodyHandlers.discarding()).statusCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException notYet) {
      return false;
    }
  }

  private String tell(String parameters) throws IOException, InterruptedException {
    HttpRequest told =
        request("/_millrace/faults?" + parameters).POST(BodyPublishers.noBody()).build();
    HttpResponse<String> answer = http.send(told, BodyHandlers.ofString());
    if (answer.statusCode() != HttpURLConnection.HTTP_OK) {
      throw new IOException("the node takes no faults: " + answer.body());
    }
    return answer.body();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://" + address() + path)).timeout(ANSWER_LIMIT);
  }
}
