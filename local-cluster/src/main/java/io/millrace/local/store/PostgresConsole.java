package io.millrace.local.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** Has a PostgreSQL run statements, without a driver: by the simple query of its protocol 3.0. */
final class PostgresConsole {
  private static final int PROTOCOL = 3 << 16;
  private static final int ANSWER_LIMIT_MILLIS = 60_000;
  private static final char QUERY = 'Q';
  private static final char ERROR = 'E';
  private static final char READY = 'Z';

  private PostgresConsole() {}

  /**
   * Runs statements as a user who needs no password.
   *
   * @throws IOException where one is refused or there is no answer
   */
  static void execute(int port, String user, String database, String sql) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      ByteArrayOutputStream startup = new ByteArrayOutputStream();
      new DataOutputStream(startup).writeInt(PROTOCOL);
      startup.writeBytes(("user\0" + user + "\0database\0" + database + "\0\0").getBytes(UTF_8));
      send(out, startup.toByteArray());
      awaitReady(in);
      out.writeByte(QUERY);
      send(out, (sql + "\0").getBytes(UTF_8));
      awaitReady(in);
    }
  }

  private static void send(DataOutputStream out, byte[] body) throws IOException {
    out.writeInt(Integer.BYTES + body.length);
    out.write(body);
    out.flush();
  }

  private static void awaitReady(DataInputStream in) throws IOException {
    String error = "";
    char type;
    do {
      type = (char) in.readByte();
      byte[] body = in.readNBytes(in.readInt() - Integer.BYTES);
      if (type == ERROR) {
        error = new String(body, UTF_8).replace('\0', ' ').strip();
        // Before it is ready for the first time it ends with an error.
        if (error.contains("FATAL")) {
          throw new IOException("PostgreSQL refuses: " + error);
        }
      }
    } while (type != READY);
    if (!error.isEmpty()) {
      throw new IOException("PostgreSQL refuses: " + error);
    }
  }
}
