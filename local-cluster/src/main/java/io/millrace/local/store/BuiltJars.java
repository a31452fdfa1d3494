package io.millrace.local.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Jars of a server with a class path of its own, as the build has put them together. */
final class BuiltJars {
  private BuiltJars() {}

  /**
   * The jars of a directory.
   *
   * @param server whose they are, for people
   * @param module the module that puts them there
   * @param property system property that names the directory
   * @throws IOException where there are none; the message says what to do
   */
  static List<Path> of(String server, String module, Path directory, String property)
      throws IOException {
    Path built = directory.toAbsolutePath();
    if (Files.isDirectory(built)) {
      try (Stream<Path> files = Files.list(built)) {
        List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        if (!jars.isEmpty()) {
          return jars;
        }
      }
    }
    throw new IOException(
        String.format(
            "there are no jars of %s in %s; build the module %s, or let -D%s name their directory",
            server, built, module, property));
  }
}
