package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.millrace.local.fault.TcpProxy.Way;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpProxyTest {
  private static final Charset UTF = StandardCharsets.UTF_8;
  private static final int SHORT_MILLIS = 300;
  private static final int LONG_MILLIS = 30_000;

  private ServerSocket listener;
  private TcpProxy proxy;

  @BeforeEach
  void start() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = TcpProxy.start(listener.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    listener.close();
  }

  /** Both ends of a connection through the proxy. */
  private record Ends(Socket client, Socket server) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      client.close();
      server.close();
    }
  }

  @Test
  void bytes_passBothWays_asTheyAre() throws Exception {
    try (Ends ends = connect()) {
      byte[] request = bytes(3_000_000);
      FutureTask<byte[]> read =
          inBackground(() -> ends.server().getInputStream().readNBytes(3_000_000));

      ends.client().getOutputStream().write(request);
      assertThat(read.get()).isEqualTo(request);
      send(ends.server(), "answer");
      assertThat(receive(ends.client(), 6)).isEqualTo("answer");
    }
  }

  @Test
  void endOfStream_isPassedOn_andTheOtherWayStaysOpen() throws Exception {
    try (Ends ends = connect()) {
      send(ends.client(), "last");
      ends.client().shutdownOutput();
      assertThat(new String(ends.server().getInputStream().readAllBytes(), UTF)).isEqualTo("last");
      send(ends.server(), "answer");
      assertThat(receive(ends.client(), 6)).isEqualTo("answer");

      ends.server().shutdownOutput();
      assertThat(ends.client().getInputStream().read()).isNegative();
    }
    try (Ends next = connect()) {
      assertThat(next.client().isConnected()).isTrue();
      assertThat(proxy.connections()).as("without the ended one").isEqualTo(1);
    }
  }

  @Test
  void resetOfAPeer_isPassedOn() throws Exception {
    try (Ends ends = connect()) {
      ends.server().setSoLinger(true, 0);
      ends.server().close();

      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> ends.client().getInputStream().read());
    }
  }

  @Test
  void missingServer_resetsTheClient() throws Exception {
    listener.close();
    try (Socket client = new Socket()) {
      client.connect(proxy.address());
      client.setSoTimeout(LONG_MILLIS);

      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> client.getInputStream().read())
          .isNotInstanceOf(SocketTimeoutException.class);
    }
  }

  @Test
  void delay_comesBeforeTheBytes_andKeepsTheirOrder() throws Exception {
    try (Ends ends = connect()) {
      proxy.delay(Duration.ofMillis(200));
      long sent = System.nanoTime();
      send(ends.client(), "one");
      send(ends.client(), "two");

      assertThat(receive(ends.server(), 6)).isEqualTo("onetwo");
      assertThat(Duration.ofNanos(System.nanoTime() - sent))
          .isGreaterThanOrEqualTo(Duration.ofMillis(200));
      proxy.heal();
      send(ends.server(), "back");
      assertThat(receive(ends.client(), 4)).isEqualTo("back");
    }
  }

  @Test
  void limit_slowsBytesDownToTheRate() throws Exception {
    try (Ends ends = connect()) {
      proxy.limit(100_000);
      FutureTask<byte[]> read =
          inBackground(() -> ends.server().getInputStream().readNBytes(60_000));
      long sent = System.nanoTime();
      ends.client().getOutputStream().write(bytes(60_000));

      assertThat(read.get()).isEqualTo(bytes(60_000));
      // The first tenth of a second's worth passes at once.
      assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThan(Duration.ofMillis(450));
    }
  }

  @Test
  void dropOneWay_leavesTheOther_andHealResetsWhatLostBytes() throws Exception {
    try (Ends torn = connect();
        Ends whole = connect()) {
      proxy.drop(Way.TO_SERVER);
      send(torn.client(), "vanishes");
      torn.server().setSoTimeout(SHORT_MILLIS);
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(() -> torn.server().getInputStream().read());
      send(torn.server(), "arrives");
      assertThat(receive(torn.client(), 7)).isEqualTo("arrives");

      proxy.heal();

      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> torn.client().getInputStream().read());
      send(whole.client(), "still");
      assertThat(receive(whole.server(), 5)).isEqualTo("still");
    }
  }

  @Test
  void reset_breaksOpenConnections_andServesNewOnes() throws Exception {
    try (Ends ends = connect()) {
      proxy.reset();

      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> ends.client().getInputStream().read());
      assertThatExceptionOfType(SocketException.class)
          .isThrownBy(() -> ends.server().getInputStream().read());
    }
    try (Ends ends = connect()) {
      send(ends.client(), "new");
      assertThat(receive(ends.server(), 3)).isEqualTo("new");
    }
  }

  @Test
  void refuse_refusesNewConnections_untilHealed() throws Exception {
    InetSocketAddress address = proxy.address();
    try (Ends open = connect()) {
      proxy.refuse();

      try (Socket refused = new Socket()) {
        assertThatExceptionOfType(ConnectException.class)
            .isThrownBy(() -> refused.connect(address));
      }
      send(open.client(), "open");
      assertThat(receive(open.server(), 4)).isEqualTo("open");
      proxy.heal();
      try (Ends healed = connect()) {
        send(healed.client(), "healed");
        assertThat(receive(healed.server(), 6)).isEqualTo("healed");
      }
    }
  }

  @Test
  void receiverThatDoesNotRead_makesTheSenderWait() throws Exception {
    try (SocketChannel client = SocketChannel.open(proxy.address());
        Socket server = listener.accept()) {
      client.configureBlocking(false);
      ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
      long written = 0;
      long stuckSince = System.nanoTime();
      while (System.nanoTime() - stuckSince < Duration.ofMillis(SHORT_MILLIS).toNanos()) {
        int count = client.write(bytes.clear());
        written += count;
        if (count > 0) {
          stuckSince = System.nanoTime();
        }
        assertThat(written).as("what a peer takes that reads nothing").isLessThan(100L << 20);
      }

      server.getInputStream().skipNBytes(written);
      client.configureBlocking(true);
      client.write(ByteBuffer.wrap(new byte[] {7}));
      assertThat(server.getInputStream().read()).isEqualTo(7);
    }
  }

  @Test
  void misuse_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> proxy.limit(0));
    proxy.close();
    assertThatIllegalStateException()
        .isThrownBy(() -> proxy.reset())
        .withMessageContaining("closed");
  }

  private Ends connect() throws IOException {
    Socket client = new Socket();
    client.connect(proxy.address());
    client.setSoTimeout(LONG_MILLIS);
    Socket server = listener.accept();
    server.setSoTimeout(LONG_MILLIS);
    return new Ends(client, server);
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF));
  }

  private static String receive(Socket socket, int bytes) throws IOException {
    return new String(socket.getInputStream().readNBytes(bytes), UTF);
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 8));
    }
    return bytes;
  }

  private static FutureTask<byte[]> inBackground(Callable<byte[]> work) {
    FutureTask<byte[]> task = new FutureTask<>(work);
    Thread thread = new Thread(task, "reader");
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
