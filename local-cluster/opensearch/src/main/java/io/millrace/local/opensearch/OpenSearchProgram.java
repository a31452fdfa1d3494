package io.millrace.local.opensearch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.logging.log4j.LogManager;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;
import org.opensearch.transport.Netty4Plugin;

/**
 * A node of OpenSearch by itself, on loopback only. Arguments: its directory, its port, and {@code
 * faults} where it is to take those of {@link FaultsPlugin}. It ends with SIGTERM.
 */
public final class OpenSearchProgram {
  private static final long CLOSE_LIMIT_SECONDS = 8;
  private static final String NAME = "millrace";

  private OpenSearchProgram() {}

  /** Starts the node, and waits for its end. */
  public static void main(String[] args) throws Exception {
    List<Class<? extends Plugin>> plugins = new ArrayList<>(List.of(Netty4Plugin.class));
    if (args.length > 2 && args[2].equals("faults")) {
      plugins.add(FaultsPlugin.class);
    }
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings(Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[1])),
            Map.of(),
            null,
            () -> NAME);
    Node node = new LoopbackNode(environment, plugins);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  close(node);
                  closed.countDown();
                },
                "close-node"));
    try {
      node.start();
      // All of its threads are daemons.
      closed.await();
    } catch (Exception e) {
      LogManager.getLogger(OpenSearchProgram.class).error("The node did not start", e);
      System.exit(1);
    }
  }

  /** A node without the checks and modules of an installation. */
  private static final class LoopbackNode extends Node {
    LoopbackNode(Environment environment, List<Class<? extends Plugin>> plugins) {
      super(environment, plugins, false);
    }
  }

  private static Settings settings(Path directory, int port) {
    return Settings.builder()
        .put("cluster.name", NAME)
        .put("path.home", directory)
        .put("path.data", directory.resolve("data"))
        .put("path.logs", directory.resolve("logs"))
        .put("network.host", "127.0.0.1")
        .put("http.type", "netty4")
        .put("http.port", port)
        .put("transport.type", "netty4")
        .put("transport.port", 0)
        .put("discovery.type", "single-node")
        .put("node.store.allow_mmap", false)
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        // A day of logs is a shard, and logs may be of years.
        .put("cluster.max_shards_per_node", 5_000)
        .build();
  }

  private static void close(Node node) {
    try {
      node.close();
      node.awaitClose(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      LogManager.getLogger(OpenSearchProgram.class).error("The node did not close in order", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
