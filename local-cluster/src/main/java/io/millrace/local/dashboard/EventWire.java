package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventConnection.EventCallback;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends messages as server-sent events over Undertow.
 *
 * <p>Undertow 2.3.27 never tells that an event is sent which fills its buffer to the last byte, and
 * whoever waits for that waits for good. So no event is as long as the buffer.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">HTML, server-sent
 *     events</a>
 */
final class EventWire implements Viewer.Wire {
  /** Size of the buffer that an event is written to first; the server must be built with it. */
  static final int BUFFER_BYTES = 16 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(EventWire.class);
  private static final String EVENT = "frame";

  /** What an event has besides its id and its data, with the line ends. */
  private static final int FRAMING_BYTES = ("id:\nevent:" + EVENT + "\ndata:\n\n").length();

  private final ServerSentEventConnection connection;

  /** Sends over {@code connection}, of a server with buffers of {@link #BUFFER_BYTES}. */
  EventWire(ServerSentEventConnection connection) {
    this.connection = connection;
  }

  @Override
  public void send(String id, String json, Runnable done) {
    int bytes = FRAMING_BYTES + id.length() + json.getBytes(UTF_8).length;
    connection.send(bytes == BUFFER_BYTES ? json + " " : json, EVENT, id, sent(done));
  }

  private static EventCallback sent(Runnable done) {
    return new EventCallback() {
      @Override
      public void done(ServerSentEventConnection connection, String data, String event, String id) {
        done.run();
      }

      @Override
      public void failed(
          ServerSentEventConnection connection,
          String data,
          String event,
          String id,
          IOException e) {
        LOG.debug("A viewer is gone", e);
      }
    };
  }
}
