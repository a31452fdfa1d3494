package io.millrace.local.bench;

import io.millrace.local.host.ChildProcess;
import io.millrace.local.process.Children;
import io.millrace.local.process.JvmProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The JVM of a variant, with a {@link RunLoop}: runs it once whenever it is asked to. */
final class VariantProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(VariantProcess.class);
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(200);

  private final Variant variant;
  private final ChildProcess child;
  private final Path directory;
  private final Path output;
  private final BooleanSupplier isStopped;

  private VariantProcess(
      Variant variant, ChildProcess child, Path directory, Path output, BooleanSupplier isStopped) {
    this.variant = variant;
    this.child = child;
    this.directory = directory;
    this.output = output;
    this.isStopped = isStopped;
  }

  /**
   * Starts a JVM, which waits for its first run.
   *
   * @param program runs the variant
   * @param directory gets a directory for each run
   * @param isStopped whether a run is no longer waited for
   */
  static VariantProcess start(
      Children children,
      Variant variant,
      JvmProgram program,
      Path directory,
      BooleanSupplier isStopped)
      throws IOException {
    return new VariantProcess(
        variant,
        children.start(program),
        directory,
        children.logs().resolve(program.name() + ".out"),
        isStopped);
  }

  /** What it runs. */
  Variant variant() {
    return variant;
  }

  /**
   * Runs the variant once.
   *
   * @param kind says what the run is for, and names it together with its number
   * @param number from 1
   * @return what was measured; meaningless where the user has stopped it meanwhile
   * @throws VoidRunException where the run fails, and with it the JVM
   */
  Map<String, Long> run(String kind, int number)
      throws VoidRunException, IOException, InterruptedException {
    Path own = Files.createDirectories(directory.resolve(kind + "-" + number));
    try {
      child.tell(own.toString());
    } catch (IOException e) {
      LOG.debug("{} takes no command; its end says why", child.name(), e);
    }
    while (!RunLoop.isDone(own)) {
      if (isStopped.getAsBoolean()) {
        return Map.of();
      }
      if (child.awaitEnd(LOOK_INTERVAL)) {
        throw new VoidRunException(
            String.format("%s failed in %s %d: %s", variant.code(), kind, number, cause()));
      }
    }
    return RunLoop.figures(own);
  }

  /** Ends the JVM, with the run that it may be in. */
  @Override
  public void close() {
    child.close();
  }

  /** The last line that a failed run printed. */
  private String cause() throws IOException {
    return Files.readString(output)
        .lines()
        .reduce("it ended with code " + child.exitCode(), (before, line) -> line);
  }
}
