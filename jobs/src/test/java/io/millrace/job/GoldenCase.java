package io.millrace.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A job, and the place in its canned input at which every version takes a savepoint of it. */
public interface GoldenCase {
  /** Name of its directory in that of each version: the job, and what is special. */
  String directory();

  /** The job. */
  JobDescription job();

  /** What {@code main} would build. */
  JobLauncher.Graph graph();

  /** The job's options that the version being built takes it with. */
  Map<String, String> options();

  /** How many records of the input the version being built reads before. */
  int read();

  /**
   * The input around a savepoint, and what must come of it.
   *
   * @param taken what is known of the savepoint
   * @param prefix of the topics
   */
  Input input(GoldenSavepoint.Taken taken, String prefix) throws Exception;

  /** Rows that are committed, each in a line as {@link Input#expected} has it; in any order. */
  List<String> published(String bootstrap, String prefix) throws IOException;

  /**
   * Topics, without prefix, whose rows up to the savepoint are kept with it and are there when it
   * is restored: of jobs of which nothing tells later what they had published by then.
   */
  default List<String> kept() {
    return List.of();
  }

  /**
   * Puts what is read from elsewhere than topics in place.
   *
   * @param directory of this run
   * @return the options that say where that is
   */
  default Map<String, String> place(Path directory) throws Exception {
    return Map.of();
  }

  /** Adds what comes after the savepoint to what {@link #place} put there. */
  default void placeMore(Path directory) throws Exception {}

  /** Whether rows are all that comes of what is read before. */
  default boolean isThrough(List<String> published) {
    return true;
  }

  /**
   * What is read, and what is published.
   *
   * @param before records read before the savepoint
   * @param after records read after it, in the order in which they are written
   * @param expected every row that must be there in the end: those that were kept, and those that
   *     are published after the savepoint
   */
  record Input(
      List<ProducerRecord<byte[], byte[]>> before,
      List<ProducerRecord<byte[], byte[]>> after,
      List<String> expected) {}
}
