package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.LiveRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What many pages cost the server, over real connections. */
class DashboardLoadITCase {
  private static final int CLIENTS = 50;

  /** So many of them take nothing of what they are sent. */
  private static final int STUCK = 5;

  private static final int UPDATES_PER_SECOND = 5_000;
  private static final int TICKS_PER_SECOND = 100;
  private static final int ROWS = 100;

  /** Of 60,000 updates kept for each of 50 clients it would be some 600 MiB. */
  private static final long FLAT_BYTES = 32L << 20;

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final JsonCodec<LiveRow> CODEC = JsonCodec.of(LiveRow.class);

  @TempDir private Path directory;

  private long version;

  /** A page that reads its stream, unless it is stuck. */
  private static final class Client implements AutoCloseable {
    private final Socket socket = new Socket();
    private final AtomicLong messages = new AtomicLong();
    private volatile String last = "";

    Client(URI address) throws IOException {
      socket.setReceiveBufferSize(8 * 1024);
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
      socket
          .getOutputStream()
          .write(
              "GET /api/stream?topics=heavy-hitters.live HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(UTF_8));
    }

    Client reading() {
      Thread thread = new Thread(this::read, "client");
      thread.setDaemon(true);
      thread.start();
      return this;
    }

    private void read() {
      try (BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.startsWith("data:")) {
            messages.incrementAndGet();
            // What says nothing of rows tells of the state of topics alone.
            last = line.contains("\"count\"") ? line : last;
          }
        }
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void stream_fiftyClientsAtFiveThousandUpdates_holdMemoryFlat() throws Exception {
    List<Client> clients = new ArrayList<>();
    try (LocalBroker broker = LocalBroker.start(directory.resolve("kafka"))) {
      try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
        admin.create(List.of(Topics.HEAVY_HITTERS_LIVE));
      }
      DashboardSources sources =
          new DashboardSources(broker.bootstrap(), Map.of(), "", List.of(), true, () -> null);
      try (Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources);
          TopicFeeder feeder = new TopicFeeder(broker.bootstrap())) {
        for (int i = 0; i < CLIENTS; i++) {
          Client client = new Client(dashboard.address());
          clients.add(i < STUCK ? client : client.reading());
        }
        List<Client> readers = clients.subList(STUCK, CLIENTS);
        update(feeder, 3 * UPDATES_PER_SECOND);
        awaitNewest(readers);
        long before = heldBytes();
        long messagesBefore = readers.get(0).messages.get();

        update(feeder, 12 * UPDATES_PER_SECOND);
        awaitNewest(readers);

        assertThat(heldBytes() - before).as("bytes more than before").isLessThan(FLAT_BYTES);
        assertThat(readers)
            .as("messages while %s updates came", 12 * UPDATES_PER_SECOND)
            .allSatisfy(
                client ->
                    assertThat(client.messages.get() - messagesBefore)
                        .isPositive()
                        .isLessThan(12L * UPDATES_PER_SECOND / ROWS));
      } finally {
        for (Client client : clients) {
          client.close();
        }
      }
    }
  }

  /** Changes rows, as fast as in that many seconds. */
  private void update(TopicFeeder feeder, int updates) throws IOException {
    for (int i = 0; i < updates; i++) {
      version++;
      String row = "row-" + version % ROWS;
      String data =
          "{\"rank\":%d,\"item\":\"%s\",\"count\":%d,\"windowEnd\":%d}"
              .formatted(version % ROWS, row, version, 1_764_151_500_000L + version);
      LiveRow live = new LiveRow("path", row, version, "s1", System.currentTimeMillis(), data);
      feeder.send(
          "heavy-hitters.live", LiveRow.key("path", row).getBytes(UTF_8), CODEC.encode(live));
      if (i % (UPDATES_PER_SECOND / TICKS_PER_SECOND) == 0) {
        LockSupport.parkNanos(Duration.ofSeconds(1).toNanos() / TICKS_PER_SECOND);
      }
    }
    feeder.flush();
  }

  private void awaitNewest(List<Client> readers) {
    String newest = "\"count\":" + version + ",";
    await()
        .atMost(LIMIT)
        .until(() -> readers.stream().allMatch(client -> client.last.contains(newest)));
  }

  /** The heap that is in use once everything unused was collected. */
  private static long heldBytes() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
