package io.millrace.local.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;

/** Has a Cassandra node run statements, without a driver: by version 4 of its native protocol. */
final class CassandraConsole {
  private static final int VERSION = 4;
  private static final int ANSWER_LIMIT_MILLIS = 60_000;
  private static final int ERROR = 0x00;
  private static final int STARTUP = 0x01;
  private static final int AUTHENTICATE = 0x03;
  private static final int QUERY = 0x07;
  private static final int AUTH_RESPONSE = 0x0F;
  private static final int CONSISTENCY_ONE = 1;

  private final DataInputStream in;
  private final DataOutputStream out;

  private CassandraConsole(Socket socket) throws IOException {
    in = new DataInputStream(socket.getInputStream());
    out = new DataOutputStream(socket.getOutputStream());
  }

  /** Writes the body of a request. */
  private interface Body {
    void write(DataOutputStream body) throws IOException;
  }

  /**
   * Runs a statement.
   *
   * @param user its name, which is its password too
   * @throws IOException where it is refused or there is no answer
   */
  static void execute(int port, String user, String cql) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
      CassandraConsole console = new CassandraConsole(socket);
      int answer =
          console.ask(
              STARTUP,
              body -> {
                body.writeShort(1);
                body.writeUTF("CQL_VERSION");
                body.writeUTF("3.0.0");
              });
      if (answer == AUTHENTICATE) {
        byte[] token = ("\0" + user + "\0" + user).getBytes(UTF_8);
        int unused =
            console.ask(
                AUTH_RESPONSE,
                body -> {
                  body.writeInt(token.length);
                  body.write(token);
                });
      }
      byte[] statement = cql.getBytes(UTF_8);
      int unused =
          console.ask(
              QUERY,
              body -> {
                body.writeInt(statement.length);
                body.write(statement);
                body.writeShort(CONSISTENCY_ONE);
                body.writeByte(0);
              });
    }
  }

  /** Sends a request and returns the opcode of its answer. */
  private int ask(int opcode, Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    body.write(new DataOutputStream(bytes));
    out.writeByte(VERSION);
    out.writeByte(0);
    out.writeShort(0);
    out.writeByte(opcode);
    out.writeInt(bytes.size());
    out.write(bytes.toByteArray());
    out.flush();
    in.readInt();
    int answer = in.readByte();
    byte[] content = in.readNBytes(in.readInt());
    if (answer == ERROR) {
      throw new IOException("Cassandra refuses: " + new String(content, UTF_8).strip());
    }
    return answer;
  }
}
