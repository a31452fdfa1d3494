package io.millrace.local.fault;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One client's connection and the one to the server that stands behind it. */
final class ProxiedConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);
  private static final int WAITING_BYTES_MAX = 1024 * 1024;

  private final SocketChannel client;
  private final SocketChannel server;
  private final SelectionKey clientKey;
  private final SelectionKey serverKey;
  private final Pump toServer;
  private final Pump toClient;
  private final Consumer<ProxiedConnection> onEnd;
  private boolean connected;
  private boolean ended;

  /** Starts to connect to {@code target} for {@code client}. */
  ProxiedConnection(
      SocketChannel client,
      InetSocketAddress target,
      Selector selector,
      Disturbance toServer,
      Disturbance toClient,
      ByteBuffer scratch,
      Consumer<ProxiedConnection> onEnd)
      throws IOException {
    this.client = client;
    this.server = SocketChannel.open();
    this.onEnd = onEnd;
    this.toServer = new Pump(client, server, toServer, scratch);
    this.toClient = new Pump(server, client, toClient, scratch);
    prepare(client);
    prepare(server);
    clientKey = client.register(selector, 0, this);
    serverKey = server.register(selector, SelectionKey.OP_CONNECT, this);
    try {
      connected = server.connect(target);
    } catch (IOException refused) {
      LOG.debug("No server on {}", target, refused);
      ended = true;
    }
  }

  /** Whether bytes of this connection have vanished. */
  boolean hasLost() {
    return toServer.lost || toClient.lost;
  }

  /** Notes what the selector found: bytes to read, or room to write. */
  void ready(SelectionKey key) {
    if (key.isValid() && key.isReadable()) {
      (key == clientKey ? toServer : toClient).readable = true;
    }
  }

  /**
   * Moves the bytes that can be moved now.
   *
   * @return nanoseconds until some are due that can't be moved yet; {@code Long.MAX_VALUE} where
   *     the selector will tell
   */
  long advance(long now) {
    try {
      if (ended) {
        reset();
        return Long.MAX_VALUE;
      }
      if (!connected && !server.finishConnect()) {
        return Long.MAX_VALUE;
      }
      connected = true;
      long wake = Math.min(toServer.move(now), toClient.move(now));
      if (toServer.endPassedOn && toClient.endPassedOn) {
        end();
        return Long.MAX_VALUE;
      }
      clientKey.interestOps(toServer.readInterest(now) | toClient.writeInterest(now));
      serverKey.interestOps(toClient.readInterest(now) | toServer.writeInterest(now));
      return wake;
    } catch (IOException peerIsGone) {
      LOG.debug("A proxied connection broke", peerIsGone);
      reset();
      return Long.MAX_VALUE;
    }
  }

  /** Ends both connections at once, and lets the peers know by a reset. */
  void reset() {
    try {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      server.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      LOG.debug("A proxied connection was closed already", e);
    }
    end();
  }

  private void end() {
    ended = true;
    onEnd.accept(this);
    try (client;
        server) {
      toServer.waiting.clear();
      toClient.waiting.clear();
    } catch (IOException e) {
      LOG.debug("A proxied connection closed badly", e);
    }
  }

  private static void prepare(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }

  /** Bytes on their way, due at a time of {@link System#nanoTime}. */
  private record Chunk(ByteBuffer bytes, long due) {}

  /** One direction of the connection. */
  private static final class Pump {
    private final SocketChannel from;
    private final SocketChannel to;
    private final Disturbance disturbance;
    private final ByteBuffer scratch;
    private final Deque<Chunk> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean readable;
    private boolean lost;
    private boolean sourceEnded;
    private boolean endPassedOn;

    Pump(SocketChannel from, SocketChannel to, Disturbance disturbance, ByteBuffer scratch) {
      this.from = from;
      this.to = to;
      this.disturbance = disturbance;
      this.scratch = scratch;
    }

    long move(long now) throws IOException {
      if (readable && mayRead(now)) {
        readable = false;
        read(now);
      }
      write(now);
      if (sourceEnded && waiting.isEmpty() && !endPassedOn) {
        to.shutdownOutput();
        endPassedOn = true;
      }
      long wake = waiting.isEmpty() || isDue(now) ? Long.MAX_VALUE : waiting.element().due() - now;
      long free = disturbance.waitNanos(now);
      return free > 0 ? Math.min(wake, free) : wake;
    }

    int readInterest(long now) {
      return mayRead(now) ? SelectionKey.OP_READ : 0;
    }

    int writeInterest(long now) {
      return isDue(now) ? SelectionKey.OP_WRITE : 0;
    }

    private boolean mayRead(long now) {
      return !sourceEnded && waitingBytes < WAITING_BYTES_MAX && disturbance.waitNanos(now) <= 0;
    }

    private boolean isDue(long now) {
      return !waiting.isEmpty() && waiting.element().due() - now <= 0;
    }

    private void read(long now) throws IOException {
      scratch.clear().limit(disturbance.allowed(scratch.capacity()));
      int count = from.read(scratch);
      if (count < 0) {
        sourceEnded = true;
        return;
      }
      scratch.flip();
      disturbance.passed(count, now);
      if (disturbance.dropping) {
        lost |= count > 0;
        return;
      }
      if (waiting.isEmpty() && disturbance.delayNanos == 0) {
        to.write(scratch);
      }
      if (scratch.hasRemaining()) {
        ByteBuffer rest = ByteBuffer.allocate(scratch.remaining()).put(scratch).flip();
        waiting.add(new Chunk(rest, now + disturbance.delayNanos));
        waitingBytes += rest.remaining();
      }
    }

    private void write(long now) throws IOException {
      while (isDue(now)) {
        ByteBuffer bytes = waiting.element().bytes();
        waitingBytes -= to.write(bytes);
        if (bytes.hasRemaining()) {
          return;
        }
        waiting.remove();
      }
    }
  }
}
