package io.millrace.local.store;

import io.millrace.local.process.Children;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores of this machine, which start while something else does. */
public final class LocalStores implements AutoCloseable {
  /** Redis, by the name that jobs' options use. */
  public static final String REDIS = "redis";

  /** Cassandra, likewise. */
  public static final String CASSANDRA = "cassandra";

  /** PostgreSQL, likewise. */
  public static final String POSTGRES = "postgres";

  /** OpenSearch, likewise. */
  public static final String OPENSEARCH = "opensearch";

  /** All that can be started. */
  public static final Set<String> KNOWN = Set.of(REDIS, CASSANDRA, POSTGRES, OPENSEARCH);

  /** Stores whose tables, or what else stands for them, a job creates where it is told to. */
  public static final Set<String> WITH_TABLES = Set.of(CASSANDRA, POSTGRES, OPENSEARCH);

  private static final Logger LOG = LoggerFactory.getLogger(LocalStores.class);

  private final FutureTask<Map<String, String>> start;

  /** Those that run, the last first; of the thread that starts them until that has ended. */
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();

  private LocalStores(
      Set<String> names, Children children, Path directory, Children.Register register) {
    this.start = new FutureTask<>(() -> start(names, children, directory, register));
  }

  /**
   * Begins to start stores.
   *
   * @param names of {@link #KNOWN}
   * @param children starts those that are JVMs
   * @param directory for their files
   * @param register is told of each other process that was started
   */
  public static LocalStores begin(
      Set<String> names, Children children, Path directory, Children.Register register) {
    LocalStores stores = new LocalStores(names, children, directory, register);
    new Thread(stores.start, "stores").start();
    return stores;
  }

  /** The stores for people, each with a comma before it. */
  public static String words(Set<String> names) {
    return names.stream().sorted().map(name -> ", " + word(name)).collect(Collectors.joining());
  }

  private static String word(String name) {
    return name.equals(OPENSEARCH)
        ? "OpenSearch"
        : Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }

  private Map<String, String> start(
      Set<String> names, Children children, Path directory, Children.Register register)
      throws IOException {
    Map<String, String> addresses = new TreeMap<>();
    if (names.contains(REDIS)) {
      LocalRedis redis = LocalRedis.start(directory.resolve(REDIS));
      servers.push(redis);
      register.started(REDIS, redis.pid());
      addresses.put(REDIS, redis.address());
    }
    if (names.contains(POSTGRES)) {
      LocalPostgres postgres = LocalPostgres.start(directory.resolve(POSTGRES));
      servers.push(postgres);
      register.started(POSTGRES, postgres.pid());
      addresses.put(
          POSTGRES,
          String.format(
              "postgresql://%s:@%s/%s", postgres.user(), postgres.address(), postgres.database()));
    }
    if (names.contains(CASSANDRA)) {
      LocalCassandra cassandra = LocalCassandra.start(children, directory.resolve(CASSANDRA));
      servers.push(cassandra);
      addresses.put(CASSANDRA, cassandra.address());
    }
    if (names.contains(OPENSEARCH)) {
      LocalOpenSearch openSearch = LocalOpenSearch.start(children, directory.resolve(OPENSEARCH));
      servers.push(openSearch);
      addresses.put(OPENSEARCH, openSearch.address());
    }
    return addresses;
  }

  /**
   * Where they are, by their names, once all of them answer: the values of the jobs' options of
   * these names.
   *
   * @throws IOException where one did not start; the message says what to do
   */
  public Map<String, String> addresses() throws IOException, InterruptedException {
    try {
      return start.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException("a store did not start: " + e.getCause(), e);
    }
  }

  /** Stops them, once they have started. */
  @Override
  public void close() {
    try {
      start.get();
    } catch (ExecutionException e) {
      LOG.info("The stores did not all start", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (AutoCloseable server : servers) {
      try {
        server.close();
      } catch (Exception e) {
        LOG.error("A store could not be stopped", e);
      }
    }
  }
}
