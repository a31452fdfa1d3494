package io.millrace.local.flink;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of a Flink, such as the one for {@code s3://}.
 *
 * @param directory the directory with one below it for each plugin; null for none
 * @param settings what Flink's configuration says to them
 */
public record FlinkPlugins(@Nullable Path directory, Map<String, String> settings) {
  /** No plugins. */
  public static final FlinkPlugins NONE = new FlinkPlugins(null, Map.of());

  /** The variable that tells a Flink in processes of its own where they are. */
  public Map<String, String> environment() {
    return directory == null ? Map.of() : Map.of("FLINK_PLUGINS_DIR", directory.toString());
  }

  /**
   * Has the file systems of this JVM be those of the plugins.
   *
   * @throws IOException where the plugins can't be read
   */
  public void load(Configuration flink) throws IOException {
    if (directory != null) {
      FileSystem.initialize(
          flink,
          new DefaultPluginManager(
              new DirectoryBasedPluginFinder(directory).findPlugins(),
              CoreOptions.getPluginParentFirstLoaderPatterns(flink)));
    }
  }
}
