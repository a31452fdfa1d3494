package io.millrace.local.bench;

import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What a benchmark's programs read, and whether what they make of it is right. It is asked about
 * variants of its own benchmark alone, so that it knows their class.
 */
interface Testbed extends AutoCloseable {
  /**
   * Where a benchmark runs.
   *
   * @param programs the jars
   * @param children starts processes
   * @param directory for everything that is written
   * @param isStopped whether the user has stopped it
   */
  record Site(
      BenchmarkRun.Programs programs,
      Children children,
      Path directory,
      BooleanSupplier isStopped) {}

  /** What is read, for people, and how the programs are run: each a word and its line. */
  Map<String, String> description();

  /**
   * The JVM that runs a variant whenever it is asked to, as {@link RunLoop} does.
   *
   * @throws IOException where something that it needs is not built
   */
  JvmProgram program(Variant variant) throws IOException;

  /**
   * Checks what a run has made.
   *
   * @param figures what the clock and the program have counted
   * @throws VoidRunException where it is not what it must be
   */
  void check(Variant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException;

  /** Removes what a run has left. */
  void clear(Variant variant) throws IOException, InterruptedException;

  /** What else was seen in the runs that were checked, for people. */
  List<String> findings();

  @Override
  void close() throws IOException;
}
