package io.millrace.local.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * Redis: a number is what a script answers, and some of these become an error. Requests pass as
 * they are.
 */
final class RedisCommands implements CommandProtocol {
  private static final byte[] ERROR = "-TRYAGAIN made to fail\r\n".getBytes(US_ASCII);
  private static final int CHUNK = 64 * 1024;

  @Override
  public void passRequests(CommandProxy.Link link) throws IOException {
    byte[] chunk = new byte[CHUNK];
    for (int read = link.fromClient.read(chunk); read >= 0; read = link.fromClient.read(chunk)) {
      link.toServer.write(chunk, 0, read);
      link.toServer.flush();
    }
  }

  @Override
  public void passAnswers(CommandProxy.Link link) throws IOException {
    while (true) {
      byte[] line = line(link.fromServer);
      if (line[0] == ':' && link.fails()) {
        link.toClient.write(ERROR);
      } else {
        link.toClient.write(line);
      }
      if (line[0] == '$' && line[1] != '-') {
        int length = Integer.parseInt(new String(line, 1, line.length - 3, US_ASCII));
        link.toClient.write(link.fromServer.readNBytes(length + 2));
      }
      if (link.fromServer.available() == 0) {
        link.toClient.flush();
      }
    }
  }

  /** A line with its end. */
  private static byte[] line(DataInputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int last = 0;
    while (last != '\n') {
      last = in.read();
      if (last < 0) {
        throw new EOFException("the server has ended the connection");
      }
      line.write(last);
    }
    return line.toByteArray();
  }
}
