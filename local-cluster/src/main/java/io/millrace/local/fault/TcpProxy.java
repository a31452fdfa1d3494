package io.millrace.local.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes TCP connections on to a server of this machine, and disturbs them on demand. One thread
 * serves all connections.
 *
 * <p>A disturbance holds for connections that are open and for new ones until {@link #heal} or the
 * next call for the same disturbance. A peer's end of stream and its reset are passed on.
 *
 * <p><b>Space</b>: at most 1 MiB for each connection and direction; a peer that sends more waits.
 */
public final class TcpProxy implements AutoCloseable {
  /** A direction in which bytes go. */
  public enum Way {
    /** From clients to the server. */
    TO_SERVER,
    /** From the server to clients. */
    TO_CLIENT
  }

  private static final Logger LOG = LoggerFactory.getLogger(TcpProxy.class);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final Duration CALL_LIMIT = Duration.ofSeconds(10);
  private static final int READ_BYTES = 64 * 1024;
  private static final long MAX_WAIT_MILLIS = 1_000;

  private final Selector selector;
  private final InetSocketAddress address;
  private final int serverPort;
  private final Thread thread = new Thread(this::serve, "tcp-proxy");
  private final ConcurrentLinkedQueue<Runnable> calls = new ConcurrentLinkedQueue<>();

  // From here on: only the proxy's thread.
  private final List<ProxiedConnection> connections = new ArrayList<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(READ_BYTES);
  private final Disturbance toServer = new Disturbance();
  private final Disturbance toClient = new Disturbance();
  private @Nullable ServerSocketChannel listener;
  private volatile boolean closed;

  private TcpProxy(int port, int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.selector = Selector.open();
    try {
      this.address = listen(port);
    } catch (IOException e) {
      selector.close();
      throw e;
    }
  }

  /**
   * Starts a proxy on a free port.
   *
   * @param serverPort port of the server on loopback, which need not be there yet
   * @throws IOException where there is no port to listen on
   */
  public static TcpProxy start(int serverPort) throws IOException {
    return start(0, serverPort);
  }

  /**
   * Starts a proxy.
   *
   * @param port port to listen on, on loopback; 0 takes any free one
   * @param serverPort port of the server on loopback, which need not be there yet
   * @throws IOException where the port is taken
   */
  public static TcpProxy start(int port, int serverPort) throws IOException {
    TcpProxy proxy = new TcpProxy(port, serverPort);
    proxy.thread.setDaemon(true);
    proxy.thread.start();
    return proxy;
  }

  /** Where clients connect to. */
  public InetSocketAddress address() {
    return address;
  }

  /** How many connections are open. */
  public int connections() {
    CompletableFuture<Integer> count = new CompletableFuture<>();
    call(() -> count.complete(connections.size()));
    return count.join();
  }

  /** From now on bytes arrive this much later, in both directions; their order stays. */
  public void delay(Duration delay) {
    call(
        () -> {
          toServer.delayNanos = delay.toNanos();
          toClient.delayNanos = delay.toNanos();
        });
  }

  /**
   * From now on at most so many bytes a second pass in each direction, all connections together.
   */
  public void limit(long bytesPerSecond) {
    if (bytesPerSecond <= 0) {
      throw new IllegalArgumentException("the rate must be positive, is " + bytesPerSecond);
    }
    call(
        () -> {
          toServer.bytesPerSecond = bytesPerSecond;
          toClient.bytesPerSecond = bytesPerSecond;
        });
  }

  /**
   * From now on bytes that go this way vanish while connections stay open. {@link #heal} resets the
   * connections that lost any, since what follows on them would make no sense.
   */
  public void drop(Way way) {
    call(() -> (way == Way.TO_SERVER ? toServer : toClient).dropping = true);
  }

  /** Resets all connections; new ones are served. */
  public void reset() {
    call(() -> List.copyOf(connections).forEach(ProxiedConnection::reset));
  }

  /** From now on new connections are refused; open ones stay. */
  public void refuse() {
    call(this::stopListening);
  }

  /** Ends every disturbance. */
  public void heal() {
    call(
        () -> {
          toServer.end();
          toClient.end();
          List.copyOf(connections).stream()
              .filter(ProxiedConnection::hasLost)
              .forEach(ProxiedConnection::reset);
          if (listener == null) {
            listen(address.getPort());
          }
        });
  }

  /** Stops listening, resets all connections and ends the proxy's thread. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join(CALL_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private interface Call {
    void run() throws IOException;
  }

  /** Runs something on the proxy's thread and waits until it is done. */
  private void call(Call call) {
    if (closed) {
      throw new IllegalStateException("the proxy on " + address + " is closed");
    }
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    calls.add(
        () -> {
          try {
            call.run();
            done.complete(null);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
          }
        });
    selector.wakeup();
    try {
      done.get(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "the proxy on " + address + " failed: " + e.getCause(), e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("the proxy on " + address + " does not answer", e);
    }
  }

  private void serve() {
    try {
      while (!closed) {
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
          call.run();
        }
        // Whoever comes first takes the most of a limited rate, so that changes.
        Collections.rotate(connections, 1);
        long wake = Long.MAX_VALUE;
        long now = System.nanoTime();
        for (ProxiedConnection connection : List.copyOf(connections)) {
          wake = Math.min(wake, connection.advance(now));
        }
        select(wake);
      }
    } catch (IOException | RuntimeException e) {
      LOG.error("The proxy on {} failed", address, e);
    } finally {
      end();
    }
  }

  /**
   * Waits for something to do.
   *
   * @param wake nanoseconds until bytes are due at the latest
   */
  private void select(long wake) throws IOException {
    if (wake <= 0) {
      selector.selectNow();
    } else {
      // Rounded up, or the loop would spin in the last millisecond.
      selector.select(Math.min(MAX_WAIT_MILLIS, TimeUnit.NANOSECONDS.toMillis(wake) + 1));
    }
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof ProxiedConnection connection) {
        connection.ready(key);
      } else if (key.isValid() && key.isAcceptable()) {
        accept((ServerSocketChannel) key.channel());
      }
    }
    selector.selectedKeys().clear();
  }

  private void accept(ServerSocketChannel from) throws IOException {
    SocketChannel client = from.accept();
    if (client != null) {
      connections.add(
          new ProxiedConnection(
              client,
              new InetSocketAddress(LOOPBACK, serverPort),
              selector,
              toServer,
              toClient,
              scratch,
              connections::remove));
    }
  }

  private InetSocketAddress listen(int port) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(LOOPBACK, port));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_ACCEPT);
      listener = channel;
      return (InetSocketAddress) channel.getLocalAddress();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private void stopListening() throws IOException {
    if (listener != null) {
      listener.close();
      listener = null;
      // A channel gives its port back when its key is gone from the selector.
      selector.selectNow();
      selector.selectedKeys().clear();
    }
  }

  private void end() {
    try {
      List.copyOf(connections).forEach(ProxiedConnection::reset);
      stopListening();
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the proxy on " + address + " did not close", e);
    }
  }
}
