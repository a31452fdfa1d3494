package io.millrace.local;

import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.process.Children;
import io.millrace.local.store.LocalS3;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option by which Flink has {@code s3://}, for every command that starts a Flink. */
final class S3Options {
  /** Given without a file: an endpoint of this machine. */
  private static final String OF_THIS_MACHINE = "";

  private static final String PREFIX = "s3.";

  @Option(
      names = "--s3",
      arity = "0..1",
      fallbackValue = OF_THIS_MACHINE,
      paramLabel = "<file>",
      description =
          "Have s3:// addresses: with --s3=<file>, whose lines are Flink's settings such as"
              + " s3.access-key=..., those of that endpoint; with --s3 alone the bucket"
              + " s3://archive of an endpoint of this machine, which goes with the run.")
  @Nullable String s3;

  /**
   * Starts the endpoint of this machine, where it is asked for.
   *
   * @param children start it
   * @param directory for its objects
   */
  @Nullable LocalS3 start(Children children, Path directory) throws IOException {
    return OF_THIS_MACHINE.equals(s3) ? LocalS3.start(children, directory.resolve("s3")) : null;
  }

  /**
   * The plugins of Flink.
   *
   * @param endpoint the endpoint of this machine, where it was asked for
   * @throws UsageException where the file can't be read or has other settings
   * @throws IOException where the plugin is not built
   */
  FlinkPlugins plugins(@Nullable LocalS3 endpoint) throws UsageException, IOException {
    if (endpoint != null) {
      return new FlinkPlugins(LocalS3.plugins(), endpoint.flinkSettings());
    }
    return s3 == null ? FlinkPlugins.NONE : plugins(s3);
  }

  /**
   * The plugins of Flink, with the settings of a file.
   *
   * @throws UsageException where the file can't be read or has other settings
   * @throws IOException where the plugin is not built
   */
  static FlinkPlugins plugins(String file) throws UsageException, IOException {
    return new FlinkPlugins(LocalS3.plugins(), settings(file));
  }

  /**
   * Refuses a file that can't be used, before anything is started.
   *
   * @throws UsageException as above
   */
  void check() throws UsageException {
    if (s3 != null && !s3.equals(OF_THIS_MACHINE)) {
      settings(s3);
    }
  }

  /** Its messages don't quote lines, which may hold a secret. */
  private static Map<String, String> settings(String file) throws UsageException {
    Properties given = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of(file))) {
      given.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("can't read --s3=" + file + "; give a file of key=value lines");
    }
    Map<String, String> settings = new TreeMap<>();
    for (String key : given.stringPropertyNames()) {
      if (!key.startsWith(PREFIX)) {
        throw new UsageException(
            "--s3=" + file + " has the setting " + key + "; all of them begin with " + PREFIX);
      }
      settings.put(key, given.getProperty(key));
    }
    return settings;
  }
}
