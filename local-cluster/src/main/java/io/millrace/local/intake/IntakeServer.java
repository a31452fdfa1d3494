package io.millrace.local.intake;

import io.millrace.local.host.ServerCertificate;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.io.Receiver.RequestToLargeException;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.handlers.HttpContinueReadHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * Answers {@code POST /v1/logs/<source>} and {@code POST /v1/media}: 200 once every line or upload
 * is kept, and never before. No thread waits for a sender or for Kafka; what all requests hold is
 * bounded, and who comes when that is used up is told to come again.
 */
final class IntakeServer implements AutoCloseable {
  static final String BUSY = "too much is on its way; try again";

  private static final Logger LOG = LoggerFactory.getLogger(IntakeServer.class);
  private static final String PATH = "/v1/logs/";
  private static final String MEDIA_PATH = "/v1/media";

  /** The names of sources; no other is let in, since they become keys, headers and file names. */
  private static final Pattern SOURCE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");

  private static final String RETRY_SECONDS = "1";
  private static final int MAX_HEADER_BYTES = 16 * 1024;
  private static final int PARSE_LIMIT_MILLIS = 10_000;
  private static final int IDLE_LIMIT_MILLIS = 60_000;

  private final IntakeSettings settings;
  private final LineWriter writer;
  private final @Nullable LineWriter media;
  private final ByteBudget budget;
  private final BodyReader reader;
  private final Undertow undertow;

  /**
   * Where the records of a request go.
   *
   * @param source what they are a log of; of uploads the topic
   * @param isMedia whether they are uploads of media files, which are checked first
   */
  private record Target(LineWriter writer, String source, boolean isMedia) {}

  private IntakeServer(IntakeSettings settings, LineWriter writer, @Nullable LineWriter media)
      throws IOException {
    this.settings = settings;
    this.writer = writer;
    this.media = media;
    this.budget = new ByteBudget(settings.limits().inFlightBytes());
    this.reader = new BodyReader(settings.limits());
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(8)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) settings.limits().bodyBytes())
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_HEADER_BYTES)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_LIMIT_MILLIS)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_LIMIT_MILLIS)
            .setHandler(new HttpContinueReadHandler(this::handle));
    ServerCertificate certificate = settings.tls();
    this.undertow =
        certificate == null
            ? builder.addHttpListener(settings.port(), settings.host()).build()
            : builder
                .addHttpsListener(settings.port(), settings.host(), certificate.context())
                .build();
  }

  /**
   * Starts to serve.
   *
   * @param media takes uploads of media files; null where none are taken
   * @throws IOException where the address is taken, or the certificate can't be used
   */
  static IntakeServer start(IntakeSettings settings, LineWriter writer, @Nullable LineWriter media)
      throws IOException {
    IntakeServer server = new IntakeServer(settings, writer, media);
    try {
      server.undertow.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "logs can't be taken in at " + settings.host() + ":" + settings.port(), e);
    }
    return server;
  }

  /** Address of the server, without a path. */
  URI address() {
    InetSocketAddress bound = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
    String host = bound.getAddress().getHostAddress();
    return URI.create(
        (settings.tls() == null ? "http://" : "https://")
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + bound.getPort());
  }

  /** How many bytes the requests hold. */
  long inFlightBytes() {
    return budget.used();
  }

  @Override
  public void close() {
    undertow.stop();
  }

  private void handle(HttpServerExchange exchange) {
    ByteBudget.Share share = budget.share();
    try {
      Target target = checked(exchange);
      BodyReader.Form form = form(exchange.getRequestHeaders());
      boolean packed = isPacked(exchange.getRequestHeaders());
      reserve(exchange, share);
      XnioExecutor.Key limit = limitTime(exchange, share);
      exchange
          .getRequestReceiver()
          .receiveFullBytes(
              (received, body) -> {
                limit.remove();
                received.dispatch(() -> take(received, target, form, packed, body, share));
              },
              (failed, e) -> {
                limit.remove();
                share.giveBack();
                fail(failed, e);
              });
    } catch (RefusedException e) {
      share.giveBack();
      refuse(exchange, e);
    }
  }

  private void fail(HttpServerExchange exchange, IOException e) {
    LOG.info("A body did not come to its end: {}", e.getMessage(), e);
    if (e instanceof RequestToLargeException || e instanceof RequestTooBigException) {
      refuse(exchange, tooLarge());
    } else {
      IoUtils.safeClose(exchange.getConnection());
    }
  }

  /** What a request names. */
  private Target checked(HttpServerExchange exchange) throws RefusedException {
    HeaderMap asked = exchange.getRequestHeaders();
    String path = exchange.getRequestPath();
    if (!path.startsWith(PATH) && !path.equals(MEDIA_PATH)) {
      throw new RefusedException(
          StatusCodes.NOT_FOUND,
          "there is nothing here; logs go to "
              + PATH
              + "<source>, and what is known of uploads to "
              + MEDIA_PATH);
    }
    if (!exchange.getRequestMethod().equals(Methods.POST)) {
      exchange.getResponseHeaders().put(Headers.ALLOW, "POST");
      throw new RefusedException(StatusCodes.METHOD_NOT_ALLOWED, "logs are sent by POST");
    }
    // Only pages of browsers say where they come from, and no page has logs to send.
    if (asked.contains(Headers.ORIGIN)) {
      throw new RefusedException(StatusCodes.FORBIDDEN, "pages can't send logs");
    }
    if (!isAdmitted(asked.getFirst(Headers.AUTHORIZATION))) {
      exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, "Bearer");
      throw new RefusedException(
          StatusCodes.UNAUTHORIZED, "show the token: Authorization: Bearer <token>");
    }
    if (path.equals(MEDIA_PATH)) {
      if (media == null) {
        throw new RefusedException(
            StatusCodes.NOT_FOUND,
            "Kafka had no topic "
                + settings.mediaTopic()
                + " when this was started; create it, and start this again");
      }
      return new Target(media, settings.mediaTopic(), true);
    }
    String source = path.substring(PATH.length());
    if (!SOURCE.matcher(source).matches()) {
      throw new RefusedException(
          StatusCodes.BAD_REQUEST,
          "a source is named by 1 to 128 letters, digits, dots, dashes and underscores, and begins"
              + " with a letter or digit");
    }
    return new Target(writer, source, false);
  }

  private boolean isAdmitted(@Nullable String authorization) {
    String token = settings.token();
    return token == null
        || (authorization != null
            && MessageDigest.isEqual(
                ("Bearer " + token).getBytes(StandardCharsets.UTF_8),
                authorization.getBytes(StandardCharsets.UTF_8)));
  }

  private static BodyReader.Form form(HeaderMap asked) {
    String type = asked.getFirst(Headers.CONTENT_TYPE);
    return BodyReader.Form.of(type == null ? "" : type);
  }

  private static boolean isPacked(HeaderMap asked) throws RefusedException {
    String coding = asked.getFirst(Headers.CONTENT_ENCODING);
    if (coding == null || coding.equalsIgnoreCase("identity")) {
      return false;
    }
    if (coding.equalsIgnoreCase("gzip")) {
      return true;
    }
    throw new RefusedException(
        StatusCodes.UNSUPPORTED_MEDIA_TYPE, "a body may be packed by gzip and by nothing else");
  }

  /** Takes the bytes of the body before any of them is read. One without a length may be full. */
  private void reserve(HttpServerExchange exchange, ByteBudget.Share share)
      throws RefusedException {
    long given = exchange.getRequestContentLength();
    if (given > settings.limits().bodyBytes()) {
      throw tooLarge();
    }
    long bytes = given < 0 ? settings.limits().bodyBytes() : given;
    if (!share.take(ByteBudget.OF_REQUEST + bytes)) {
      throw new RefusedException(StatusCodes.TOO_MANY_REQUESTS, BUSY);
    }
  }

  /** A sender that is too slow loses its connection, so that it can't hold bytes for good. */
  private XnioExecutor.Key limitTime(HttpServerExchange exchange, ByteBudget.Share share) {
    return exchange
        .getIoThread()
        .executeAfter(
            () -> {
              LOG.info("A sender took longer than {}", settings.limits().bodyTime());
              share.giveBack();
              IoUtils.safeClose(exchange.getConnection());
            },
            settings.limits().bodyTime().toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private void take(
      HttpServerExchange exchange,
      Target target,
      BodyReader.Form form,
      boolean packed,
      byte[] body,
      ByteBudget.Share share) {
    try {
      byte[] unpacked = packed ? reader.unpack(body, share) : body;
      List<byte[]> records = reader.records(form, unpacked, share);
      if (target.isMedia()) {
        MediaUploads.check(records);
      }
      var unused =
          target
              .writer()
              .write(target.source(), System.currentTimeMillis(), records)
              .whenComplete(
                  (nothing, failure) -> {
                    share.giveBack();
                    answer(exchange, records.size(), failure);
                  });
    } catch (RefusedException e) {
      share.giveBack();
      refuse(exchange, e);
    } catch (RuntimeException e) {
      share.giveBack();
      answer(exchange, 0, e);
    }
  }

  private static void answer(HttpServerExchange exchange, int count, @Nullable Throwable failure) {
    if (failure == null) {
      exchange.setStatusCode(StatusCodes.OK);
      exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
      exchange.getResponseSender().send("{\"accepted\":" + count + "}");
    } else if (failure instanceof RecordTooLargeException) {
      refuse(
          exchange,
          new RefusedException(
              StatusCodes.REQUEST_ENTITY_TOO_LARGE, "a line is longer than Kafka takes", failure));
    } else {
      LOG.warn("Lines were not written", failure);
      refuse(
          exchange,
          new RefusedException(
              StatusCodes.SERVICE_UNAVAILABLE,
              "Kafka does not have all lines; send them again",
              failure));
    }
  }

  private RefusedException tooLarge() {
    return new RefusedException(
        StatusCodes.REQUEST_ENTITY_TOO_LARGE,
        "the body has more than " + settings.limits().bodyBytes() + " bytes");
  }

  private static void refuse(HttpServerExchange exchange, RefusedException why) {
    exchange.setStatusCode(why.status());
    HeaderMap answer = exchange.getResponseHeaders();
    answer.put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    if (why.status() == StatusCodes.TOO_MANY_REQUESTS
        || why.status() == StatusCodes.SERVICE_UNAVAILABLE) {
      answer.put(Headers.RETRY_AFTER, RETRY_SECONDS);
    }
    if (!exchange.isRequestComplete()) {
      // What is still to come of the body is not read.
      exchange.setPersistent(false);
    }
    exchange.getResponseSender().send(why.getMessage() + "\n");
  }
}
