package io.millrace.local.dashboard;

import io.millrace.local.flink.FlinkRest;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A web page that shows topics and jobs as they are now.
 *
 * <p><b>Space</b>: 16 MiB of characters for each live topic at most, 4 MiB for each other topic
 * that is looked at, of which there are at most 64; for a viewer, one message.
 */
public final class Dashboard implements AutoCloseable {
  private final TopicReader reader;
  private final Status status;
  private final Viewers viewers;
  private final DashboardServer server;

  private Dashboard(TopicReader reader, Status status, Viewers viewers, DashboardServer server) {
    this.reader = reader;
    this.status = status;
    this.viewers = viewers;
    this.server = server;
  }

  /**
   * Starts a dashboard. Kafka and Flink need not be there yet.
   *
   * @throws IOException where the address is taken, or the certificate can't be read
   */
  public static Dashboard start(DashboardSettings settings, DashboardSources sources)
      throws IOException {
    TopicTables tables = new TopicTables(sources.topicPrefix());
    RowDecoder decoder = new RowDecoder();
    TopicReader reader =
        TopicReader.start(sources.bootstrap(), sources.properties(), tables, decoder);
    boolean watched = !sources.flink().isEmpty();
    Status status =
        new Status(
            tables,
            reader,
            decoder,
            watched ? new JobWatch(new FlinkRest(sources.flink()), reader) : null,
            watched ? page(sources.flink().get(0), settings) : null,
            !sources.readOnly());
    Viewers viewers = new Viewers(tables, status::json);
    try {
      DashboardServer server =
          DashboardServer.start(
              settings, tables, viewers, new Replays(sources, tables), sources.logs());
      status.start();
      viewers.start();
      return new Dashboard(reader, status, viewers, server);
    } catch (IOException | RuntimeException e) {
      viewers.close();
      reader.close();
      throw e;
    }
  }

  /** Flink's own page; null where it is on loopback, and viewers may be elsewhere. */
  private static @Nullable String page(URI flink, DashboardSettings settings) {
    String host = flink.getAuthority().replaceFirst(":\\d+$", "");
    boolean loopback = host.matches("(?i)localhost|127\\..*|\\[::1\\]");
    return settings.isLocal() || !loopback ? flink.toString() : null;
  }

  /** Address of the page. */
  public URI address() {
    return server.address();
  }

  @Override
  public void close() {
    // A server that ends takes no more messages.
    viewers.close();
    server.close();
    status.close();
    reader.close();
  }
}
