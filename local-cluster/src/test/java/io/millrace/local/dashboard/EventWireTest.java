package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventWireTest {
  private static final long LIMIT_SECONDS = 30;

  /** More than the framing of a message. */
  private static final int FRAMING = 100;

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void send_messagesAboutAsLongAsTheBuffer_eachIsFollowedByTheNext(int buffers) throws Exception {
    AtomicReference<String> status = new AtomicReference<>("\"\"");
    TopicTables tables = new TopicTables("");
    DashboardSources sources =
        new DashboardSources("127.0.0.1:9", Map.of(), "", List.of(), true, () -> null);
    try (Viewers viewers = new Viewers(tables, status::get);
        DashboardServer server =
            DashboardServer.start(
                DashboardSettings.LOCAL,
                tables,
                viewers,
                new Replays(sources, tables),
                () -> null)) {
      BlockingQueue<Integer> lengths = new LinkedBlockingQueue<>();
      Thread page = new Thread(() -> read(server.address(), lengths), "page");
      page.setDaemon(true);
      page.start();
      await().until(() -> viewers.count() == 1);

      int end = buffers * EventWire.BUFFER_BYTES;
      for (int length = end - FRAMING; length <= end; length++) {
        String told = "\"" + "é" + "x".repeat(length - 4) + "\"";
        status.set(told);
        await()
            .pollInSameThread()
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .atMost(LIMIT_SECONDS, TimeUnit.SECONDS)
            .until(
                () -> {
                  viewers.turn();
                  Integer came = lengths.poll(10, TimeUnit.MILLISECONDS);
                  return came != null && came == told.length();
                });
      }
    }
  }

  private static void read(URI server, BlockingQueue<Integer> lengths) {
    try {
      URL stream = server.resolve("/api/stream").toURL();
      HttpURLConnection connection = (HttpURLConnection) stream.openConnection();
      try (BufferedReader in =
          new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.startsWith("data:")) {
            int start = line.indexOf(":\"") + 1;
            lengths.add(line.indexOf('"', start + 1) + 1 - start);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
