package io.millrace.local.fault;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between clients and a store of this machine and has single commands fail while it is told
 * to: the client gets the error of a server that is overloaded, and goes on.
 */
public final class CommandProxy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CommandProxy.class);
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int BUFFER_BYTES = 64 * 1024;

  private final ServerSocket listener;
  private final int serverPort;
  private final CommandProtocol protocol;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicLong commands = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile int oneOf;

  private CommandProxy(ServerSocket listener, int serverPort, CommandProtocol protocol) {
    this.listener = listener;
    this.serverPort = serverPort;
    this.protocol = protocol;
  }

  /** One client's connection, as a protocol sees it. */
  final class Link {
    final DataInputStream fromClient;
    final DataInputStream fromServer;
    final DataOutputStream toServer;

    /** Both directions may write to the client, one message at a time. */
    final DataOutputStream toClient;

    Link(Socket client, Socket server) throws IOException {
      fromClient = in(client);
      fromServer = in(server);
      toServer = out(server);
      toClient = out(client);
    }

    /** Whether the command that comes is one that is to fail. */
    boolean fails() {
      int every = oneOf;
      boolean fails = every > 0 && commands.incrementAndGet() % every == 0;
      if (fails) {
        failed.incrementAndGet();
      }
      return fails;
    }

    private static DataInputStream in(Socket socket) throws IOException {
      return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
    }

    private static DataOutputStream out(Socket socket) throws IOException {
      return new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
    }
  }

  /** Before a Redis: calls of scripts are made, but some are answered with an error. */
  public static CommandProxy ofRedis(int serverPort) throws IOException {
    return start(serverPort, new RedisCommands());
  }

  /** Before a Cassandra: some inserts are not made and answered with an error. */
  public static CommandProxy ofCassandra(int serverPort) throws IOException {
    return start(serverPort, new CassandraCommands());
  }

  private static CommandProxy start(int serverPort, CommandProtocol protocol) throws IOException {
    CommandProxy proxy = new CommandProxy(new ServerSocket(0, 50, LOOPBACK), serverPort, protocol);
    proxy.thread("command-proxy", proxy::accept);
    return proxy;
  }

  /** Where clients connect to, as {@code host:port}. */
  public String address() {
    return LOOPBACK.getHostAddress() + ":" + listener.getLocalPort();
  }

  /** From now on one of {@code every} commands fails; 0 for none. */
  public void failOneOf(int every) {
    oneOf = every;
  }

  /** How many commands were made to fail. */
  public long failed() {
    return failed.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      sockets.add(client);
      Socket server = new Socket();
      sockets.add(server);
      try {
        server.connect(new InetSocketAddress(LOOPBACK, serverPort));
        Link link = new Link(client, server);
        thread("command-proxy-requests", () -> pump(client, server, link, true));
        thread("command-proxy-answers", () -> pump(client, server, link, false));
      } catch (IOException e) {
        LOG.debug("The server of a connection is not there", e);
        end(client, server);
      }
    }
  }

  private void pump(Socket client, Socket server, Link link, boolean requests) throws IOException {
    try {
      if (requests) {
        protocol.passRequests(link);
      } else {
        protocol.passAnswers(link);
      }
    } finally {
      end(client, server);
    }
  }

  private void end(Socket client, Socket server) throws IOException {
    client.close();
    server.close();
    sockets.remove(client);
    sockets.remove(server);
  }

  /** What a thread does until a connection ends. */
  private interface Work {
    void run() throws IOException;
  }

  private void thread(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                LOG.debug("A connection has ended", e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
