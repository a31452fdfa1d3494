package io.millrace.local.store;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.FreePorts;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real S3 endpoint as a child process, on loopback only, over a directory, and Flink's plugin
 * that talks to it. It can be ended and started again on the same port and data.
 *
 * <p>It takes about 0.2 GB, and 3 s to start. The build has put its class path and the plugin into
 * directories of their own, {@code lib} and {@code plugins} of the one that the system property
 * {@value #BUILT} names.
 */
public final class LocalS3 implements AutoCloseable {
  /** System property with the directory of the endpoint's jars and of the plugin. */
  public static final String BUILT = "millrace.s3";

  /** The bucket that there is. */
  public static final String BUCKET = "archive";

  private static final Logger LOG = LoggerFactory.getLogger(LocalS3.class);
  private static final String NAME = "s3";
  private static final String PROGRAM = "io.millrace.local.s3.S3Program";
  private static final String MODULE = "local-cluster/s3";
  private static final String PLUGIN = "s3-fs-hadoop";
  private static final String FAULTS = "one-of";
  private static final String REFUSED = "refused";
  private static final String SECRET = "secret";

  /** Who is let in. Whoever reaches loopback may be; it is there so that requests are signed. */
  public static final String ACCESS_KEY = "millrace";

  /** What its requests are signed with. */
  public static final String SECRET_KEY = "millrace-of-this-machine";

  private static final int START_ATTEMPTS = 3;
  private static final Duration START_LIMIT = Duration.ofMinutes(1);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
  private final Children children;
  private final Path directory;
  private final int port;
  private final JvmProgram program;
  private ChildProcess process;

  private LocalS3(
      Children children, Path directory, int port, JvmProgram program, ChildProcess process) {
    this.children = children;
    this.directory = directory;
    this.port = port;
    this.program = program;
    this.process = process;
  }

  /**
   * Starts an endpoint whose objects and log are kept in {@code directory}, which is created where
   * it is missing. Returns once it answers.
   *
   * @throws IOException where the directory is not writable, its jars are not built, or it does not
   *     answer; the message says what to do
   */
  public static LocalS3 start(Path directory) throws IOException {
    return start(Children.in(directory, (name, pid) -> {}), directory.resolve(NAME));
  }

  /**
   * Starts an endpoint as one of {@code children}, which have its log.
   *
   * @param directory has its objects
   * @throws IOException as above
   */
  public static LocalS3 start(Children children, Path directory) throws IOException {
    for (int attempt = 1; ; attempt++) {
      LocalS3 endpoint = launch(children, directory, FreePorts.find());
      try {
        endpoint.awaitAnswer();
        return endpoint;
      } catch (IOException e) {
        if (attempt == START_ATTEMPTS) {
          throw e;
        }
        LOG.info("S3 did not start on {}, trying again: {}", endpoint.port, e.getMessage());
      }
    }
  }

  /**
   * The directory to give Flink as its {@code plugins}, in which Flink's plugin for {@code s3://}
   * is.
   *
   * @throws IOException where it is not built; the message says what to do
   */
  public static Path plugins() throws IOException {
    Path plugins = built().resolve("plugins").toAbsolutePath();
    BuiltJars.of("Flink's S3 plugin", MODULE, plugins.resolve(PLUGIN), BUILT);
    return plugins;
  }

  /**
   * The directory with the plugin's jar, which has Amazon's client in it.
   *
   * @throws IOException as above
   */
  public static Path pluginJars() throws IOException {
    return plugins().resolve(PLUGIN);
  }

  /** Address for clients: {@code http://127.0.0.1:port}. */
  public String address() {
    return "http://127.0.0.1:" + port;
  }

  /** What Flink is told, so that {@code s3://archive/...} is in this endpoint. */
  public Map<String, String> flinkSettings() {
    return Map.of(
        "s3.endpoint",
        address(),
        "s3.path.style.access",
        "true",
        "s3.access-key",
        ACCESS_KEY,
        "s3.secret-key",
        SECRET_KEY,
        // Else each object that is written has the markers of all directories above it deleted.
        "s3.directory.marker.retention",
        "keep");
  }

  /** The directory with the bucket's objects, each a file of its name. */
  public Path objects() {
    return directory.resolve("data").resolve(BUCKET);
  }

  /** The process that runs, or ran last. */
  public synchronized ChildProcess process() {
    return process;
  }

  /**
   * Has one of {@code every} requests answered with 503, as by an endpoint that is overloaded; none
   * where it is 0, all where it is 1. It stays so when the endpoint is started again.
   */
  public void failOneOf(int every) throws IOException {
    tell(FAULTS, String.valueOf(every));
  }

  /** How many requests were answered so, in all. */
  public long failed() throws IOException {
    Path refused = directory.resolve(REFUSED);
    return Files.exists(refused) ? Files.size(refused) : 0;
  }

  /**
   * Lets in only who signs with that secret, which takes the place of the one that Flink is told.
   */
  public void admitOnly(String secret) throws IOException {
    tell(SECRET, secret);
  }

  /** Lets in who signs with the secret that Flink is told, as from the start. */
  public void admitAgain() throws IOException {
    Files.deleteIfExists(directory.resolve(SECRET));
  }

  private void tell(String file, String what) throws IOException {
    Path told = directory.resolve(file + ".new");
    Files.writeString(told, what);
    Files.move(told, directory.resolve(file), StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Starts an endpoint that has ended again, on the same port and data. Returns once it answers.
   *
   * @throws IOException where it does not; the message names its log
   */
  public synchronized void restart() throws IOException {
    if (process.isAlive()) {
      throw new IllegalStateException("the endpoint still runs; end it first");
    }
    process = children.start(program);
    awaitAnswer();
  }

  /** Stops the endpoint and waits until its process has ended; its objects stay. */
  @Override
  public synchronized void close() {
    process.close();
  }

  private static LocalS3 launch(Children children, Path directory, int port) throws IOException {
    Files.createDirectories(directory);
    List<Path> jars = BuiltJars.of("the S3 endpoint", MODULE, built().resolve("lib"), BUILT);
    JvmProgram program =
        JvmProgram.of(
            NAME,
            PROGRAM,
            new ClassPath(jars.stream().map(Path::toString).toList()),
            List.of("-Xms64m", "-Xmx256m", "-XX:+ExitOnOutOfMemoryError", JvmProgram.COMPILE_SOON),
            List.of(
                directory.toAbsolutePath().toString(),
                String.valueOf(port),
                ACCESS_KEY,
                SECRET_KEY,
                BUCKET));
    return new LocalS3(children, directory, port, program, children.start(program));
  }

  private static Path built() {
    return Path.of(System.getProperty(BUILT, Path.of("local-cluster", "s3", "target").toString()));
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
      throw new IOException("interrupted while S3 started", e);
    }
  }

  private IOException failed(String how) {
    process.close();
    Path logs = children.logs();
    return new IOException(
        String.format(
            "S3 %s; its log is %s, what it printed is in %s, its objects in %s",
            how, logs.resolve(NAME + ".log"), logs.resolve(NAME + ".out"), directory));
  }

  /** Whether it answers at all; a request that is not signed is refused. */
  private boolean answers() throws InterruptedException {
    try {
      http.send(
          HttpRequest.newBuilder(URI.create(address())).timeout(ANSWER_LIMIT).GET().build(),
          BodyHandlers.discarding());
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }
}
