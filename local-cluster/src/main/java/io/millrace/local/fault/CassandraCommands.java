package io.millrace.local.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Cassandra: some prepared statements and batches are answered with {@code OVERLOADED} before a
 * node sees them. Only version 4 of its protocol is spoken, which has no checksums.
 */
final class CassandraCommands implements CommandProtocol {
  private static final int HEADER_BYTES = 9;
  private static final int LENGTH_AT = 5;
  private static final int VERSION = 4;
  private static final byte ANSWER = (byte) (0x80 | VERSION);
  private static final byte ERROR = 0x00;
  private static final byte EXECUTE = 0x0A;
  private static final byte BATCH = 0x0D;
  private static final int PROTOCOL_ERROR = 0x000A;
  private static final int OVERLOADED = 0x1001;

  @Override
  public void passRequests(CommandProxy.Link link) throws IOException {
    while (true) {
      byte[] frame = frame(link.fromClient);
      byte opcode = frame[4];
      if (frame[0] > VERSION) {
        // Clients try an older version then.
        refuse(
            link,
            frame,
            PROTOCOL_ERROR,
            "Invalid or unsupported protocol version (" + frame[0] + "); supported: 4");
      } else if ((opcode == EXECUTE || opcode == BATCH) && link.fails()) {
        refuse(link, frame, OVERLOADED, "made to fail");
      } else {
        link.toServer.write(frame);
        if (link.fromClient.available() == 0) {
          link.toServer.flush();
        }
      }
    }
  }

  @Override
  public void passAnswers(CommandProxy.Link link) throws IOException {
    while (true) {
      byte[] frame = frame(link.fromServer);
      synchronized (link) {
        link.toClient.write(frame);
        if (link.fromServer.available() == 0) {
          link.toClient.flush();
        }
      }
    }
  }

  private static byte[] frame(DataInputStream in) throws IOException {
    byte[] header = in.readNBytes(HEADER_BYTES);
    if (header.length < HEADER_BYTES) {
      throw new EOFException("the connection has ended");
    }
    int length = 0;
    for (int i = LENGTH_AT; i < HEADER_BYTES; i++) {
      length = (length << Byte.SIZE) | (header[i] & 0xFF);
    }
    byte[] frame = new byte[HEADER_BYTES + length];
    System.arraycopy(header, 0, frame, 0, HEADER_BYTES);
    in.readFully(frame, HEADER_BYTES, length);
    return frame;
  }

  /** Answers a request with an error: its code and a text. */
  private static void refuse(CommandProxy.Link link, byte[] request, int code, String text)
      throws IOException {
    byte[] message = text.getBytes(US_ASCII);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream answer = new DataOutputStream(bytes);
    answer.writeByte(ANSWER);
    answer.writeByte(0);
    answer.write(request, 2, 2);
    answer.writeByte(ERROR);
    answer.writeInt(Integer.BYTES + Short.BYTES + message.length);
    answer.writeInt(code);
    answer.writeShort(message.length);
    answer.write(message);
    synchronized (link) {
      link.toClient.write(bytes.toByteArray());
      link.toClient.flush();
    }
  }
}
