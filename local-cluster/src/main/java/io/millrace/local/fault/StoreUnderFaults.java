package io.millrace.local.fault;

import io.millrace.local.process.Children;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalPostgres;
import io.millrace.local.store.LocalRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real store that a job writes to as a user with a password, and what befalls it meanwhile. */
public interface StoreUnderFaults extends AutoCloseable {
  /** The stores that there are. */
  List<String> NAMES = List.of("redis", "postgres", "cassandra", "opensearch", "s3");

  /** One of a hundred commands fails. */
  int FAILS_ONE_OF = 100;

  /** Who writes. */
  String USER = "app";

  /** What lets that user in. */
  String PASSWORD = "let-me-in";

  /** What takes its place for a while. */
  String ANOTHER_PASSWORD = "let-nobody-in";

  /**
   * Starts a store.
   *
   * @param name one of {@link #NAMES}
   * @param children starts it where it is a JVM
   * @param directory for its files
   */
  static StoreUnderFaults start(String name, Children children, Path directory)
      throws IOException, InterruptedException {
    return switch (name) {
      case "redis" -> new RedisUnderFaults(LocalRedis.startDurable(directory, USER, PASSWORD));
      case "postgres" -> new PostgresUnderFaults(LocalPostgres.start(directory));
      case "cassandra" ->
          new CassandraUnderFaults(LocalCassandra.startWithUsers(children, directory));
      case "opensearch" ->
          new OpenSearchUnderFaults(LocalOpenSearch.startWithFaults(children, directory));
      case "s3" -> S3UnderFaults.start(children, directory);
      default -> throw new IllegalArgumentException("no such store: " + name);
    };
  }

  /** The job that writes to it. */
  default String mainClass() {
    return "io.millrace.job.bench.SinkJob";
  }

  /** What a job is told that writes to it while there is that outage. */
  List<String> arguments(Outage outage);

  /** Lets an outage begin; the job's table is there. */
  void begin(Outage outage) throws IOException, InterruptedException;

  /** Ends the outage that has begun. */
  void end(Outage outage) throws IOException, InterruptedException;

  /** How many single commands were made to fail so far, where something stands before the store. */
  long failedCommands() throws IOException, InterruptedException;

  /**
   * Whether files are kept in it that are finished with checkpoints. Then what tells of an outage
   * is that no checkpoint completes, and the job may start again from the last one.
   */
  default boolean isArchive() {
    return false;
  }

  /**
   * What is in it when the job has ended, by the names of the job's accumulators; nothing where the
   * job reads it back by itself.
   *
   * @param rows how many were sent
   */
  default Map<String, String> readBack(Outage outage, int rows) throws IOException {
    return Map.of();
  }

  @Override
  void close() throws IOException;
}
