package io.millrace.local.dashboard;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.dashboard.Assets.Asset;
import io.millrace.local.host.ServerCertificate;
import io.millrace.local.query.LogIndex;
import io.millrace.local.query.LogQuery;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.Cookie;
import io.undertow.server.handlers.CookieImpl;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventHandler;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page, its stream and its one change. Every answer says that the page may load nothing
 * but its own files, run no inline script or style, and be framed by nobody.
 */
final class DashboardServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DashboardServer.class);

  private static final Map<String, String> SECURITY_HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; base-uri 'none'; form-action 'self';"
              + " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Permissions-Policy",
          "geolocation=(), camera=(), microphone=()");

  private static final HttpString CSRF = HttpString.tryFromString("X-Millrace-Csrf");
  private static final String PASS = "millrace-pass";
  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final int MISDIRECTED_REQUEST = 421;
  private static final int MAX_TOPICS = 32;
  private static final int MAX_BODY_BYTES = 16 * 1024;
  private static final int PARSE_LIMIT_MILLIS = 10_000;

  /** A viewer whose connection takes nothing for so long is gone. */
  private static final int IDLE_LIMIT_MILLIS = 60_000;

  private static final int KEEP_ALIVE_MILLIS = 15_000;

  private final JsonMapper mapper = JsonMapper.builder().build();
  private final Assets assets = new Assets();
  private final TopicTables tables;
  private final Viewers viewers;
  private final Replays replays;
  private final LogIndex.Lookup logs;
  private final Gate gate;
  private final boolean tls;
  private final ServerSentEventHandler stream = new ServerSentEventHandler(this::connected);
  private final Undertow undertow;

  private DashboardServer(
      DashboardSettings settings,
      TopicTables tables,
      Viewers viewers,
      Replays replays,
      LogIndex.Lookup logs)
      throws IOException {
    this.tables = tables;
    this.viewers = viewers;
    this.replays = replays;
    this.logs = logs;
    this.gate = Gate.of(settings);
    ServerCertificate certificate = settings.tls();
    this.tls = certificate != null;
    Undertow.Builder builder =
        Undertow.builder()
            .setIoThreads(2)
            .setWorkerThreads(4)
            .setBufferSize(EventWire.BUFFER_BYTES)
            .setServerOption(UndertowOptions.MAX_ENTITY_SIZE, (long) MAX_BODY_BYTES)
            .setServerOption(UndertowOptions.MAX_HEADER_SIZE, MAX_BODY_BYTES)
            .setServerOption(UndertowOptions.REQUEST_PARSE_TIMEOUT, PARSE_LIMIT_MILLIS)
            .setServerOption(UndertowOptions.NO_REQUEST_TIMEOUT, IDLE_LIMIT_MILLIS)
            .setServerOption(UndertowOptions.IDLE_TIMEOUT, IDLE_LIMIT_MILLIS)
            .setHandler(this::handle);
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
   * @throws IOException where the address is taken, or the certificate can't be read
   */
  static DashboardServer start(
      DashboardSettings settings,
      TopicTables tables,
      Viewers viewers,
      Replays replays,
      LogIndex.Lookup logs)
      throws IOException {
    DashboardServer server = new DashboardServer(settings, tables, viewers, replays, logs);
    try {
      server.undertow.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "the dashboard can't listen on " + settings.host() + ":" + settings.port(), e);
    }
    return server;
  }

  /** Address of the page. */
  URI address() {
    InetSocketAddress bound = (InetSocketAddress) undertow.getListenerInfo().get(0).getAddress();
    String host =
        bound.getAddress().isAnyLocalAddress() ? ownName() : bound.getAddress().getHostAddress();
    return URI.create(
        (tls ? "https://" : "http://")
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + bound.getPort()
            + "/");
  }

  /** What others call this machine; a page that listens on all of its addresses has none. */
  private static String ownName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }
  }

  @Override
  public void close() {
    undertow.stop();
  }

  private void handle(HttpServerExchange exchange) throws Exception {
    HeaderMap answer = exchange.getResponseHeaders();
    SECURITY_HEADERS.forEach((name, value) -> answer.put(HttpString.tryFromString(name), value));
    answer.put(Headers.CACHE_CONTROL, "no-store");
    HeaderMap asked = exchange.getRequestHeaders();
    if (asked.count(Headers.HOST) != 1 || !gate.isOwnHost(asked.getFirst(Headers.HOST))) {
      refuse(exchange, MISDIRECTED_REQUEST, "this server has another name");
      return;
    }
    String path = exchange.getRequestPath();
    if (exchange.getRequestMethod().equals(Methods.POST)) {
      post(exchange, path);
    } else if (exchange.getRequestMethod().equals(Methods.GET)) {
      get(exchange, path);
    } else {
      answer.put(Headers.ALLOW, "GET, POST");
      refuse(exchange, StatusCodes.METHOD_NOT_ALLOWED, "only GET and POST are understood");
    }
  }

  private void get(HttpServerExchange exchange, String path) throws Exception {
    if (path.equals("/style.css") || path.equals("/icon.svg")) {
      send(exchange, assets.named(path.substring(1)));
    } else if (!isAdmitted(exchange)) {
      exchange.setStatusCode(StatusCodes.UNAUTHORIZED);
      send(exchange, assets.named(Assets.SIGN_IN));
    } else if (path.equals("/api/stream")) {
      openStream(exchange);
    } else if (path.equals("/v1/logs")) {
      exchange.dispatch(() -> searchLogs(exchange));
    } else if (path.equals("/api/schema")) {
      String topic = parameter(exchange.getQueryParameters(), "topic");
      send(exchange, topic == null ? Optional.empty() : Assets.schema(topic));
    } else if (path.equals("/api/session")) {
      ObjectNode session = mapper.createObjectNode().put("csrf", gate.csrf());
      session.put("prefix", tables.prefix());
      ArrayNode letters = session.putArray("letters");
      TopicTables.letters().forEach(letters::add);
      send(exchange, Optional.of(Asset.json(mapper.writeValueAsBytes(session))));
    } else {
      send(exchange, assets.named(path.equals("/") ? "index.html" : path.substring(1)));
    }
  }

  private void post(HttpServerExchange exchange, String path) {
    if (path.equals("/sign-in") && gate.asksForToken()) {
      exchange.getRequestReceiver().receiveFullString(this::signIn);
    } else if (!isAdmitted(exchange)) {
      refuse(exchange, StatusCodes.UNAUTHORIZED, "sign in first");
    } else if (!path.equals("/api/replay")) {
      refuse(exchange, StatusCodes.NOT_FOUND, "there is nothing at " + path);
    } else if (!gate.isOwnChange(
        exchange.getRequestHeaders().getFirst(CSRF),
        exchange.getRequestHeaders().getFirst(Headers.ORIGIN),
        exchange.getRequestHeaders().getFirst(Headers.HOST))) {
      refuse(exchange, StatusCodes.FORBIDDEN, "reload the page and try again");
    } else if (!replays.areAllowed()) {
      refuse(exchange, StatusCodes.FORBIDDEN, "this dashboard changes nothing");
    } else {
      exchange
          .getRequestReceiver()
          .receiveFullString((received, body) -> received.dispatch(() -> replay(received, body)));
    }
  }

  private boolean isAdmitted(HttpServerExchange exchange) {
    Cookie pass = exchange.getRequestCookie(PASS);
    return gate.admits(
        pass == null ? null : pass.getValue(),
        exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION));
  }

  private void signIn(HttpServerExchange exchange, String body) {
    if (!gate.isToken(
        body.startsWith("token=") ? body.substring("token=".length()).strip() : null)) {
      exchange.setStatusCode(StatusCodes.UNAUTHORIZED);
      send(exchange, Optional.of(assets.signInAgain()));
      return;
    }
    exchange.setResponseCookie(
        new CookieImpl(PASS, gate.pass())
            .setPath("/")
            .setHttpOnly(true)
            .setSecure(tls)
            .setSameSiteMode("Strict"));
    exchange.setStatusCode(StatusCodes.SEE_OTHER);
    exchange.getResponseHeaders().put(Headers.LOCATION, "/");
    exchange.endExchange();
  }

  private void openStream(HttpServerExchange exchange) throws Exception {
    List<String> topics = topics(parameter(exchange.getQueryParameters(), "topics"));
    if (topics.size() > MAX_TOPICS
        || !topics.stream().allMatch(each -> TOPIC.matcher(each).matches())) {
      refuse(exchange, StatusCodes.BAD_REQUEST, "name at most " + MAX_TOPICS + " topics");
    } else if (viewers.count() >= Viewers.MOST) {
      refuse(exchange, StatusCodes.SERVICE_UNAVAILABLE, "too many pages are open; close one");
    } else {
      stream.handleRequest(exchange);
    }
  }

  private void connected(ServerSentEventConnection connection, @Nullable String lastEventId) {
    Map<String, Deque<String>> asked = connection.getQueryParameters();
    Viewer viewer =
        new Viewer(
            tables,
            topics(parameter(asked, "topics")),
            lastEventId == null ? parameter(asked, "last") : lastEventId,
            new EventWire(connection));
    try {
      viewers.add(viewer);
    } catch (IllegalStateException e) {
      LOG.info("A viewer was refused: {}", e.getMessage());
      connection.shutdown();
      return;
    }
    connection.addCloseTask(closed -> viewers.remove(viewer));
    connection.setKeepAliveTime(KEEP_ALIVE_MILLIS);
  }

  private void replay(HttpServerExchange exchange, String body) {
    try {
      String topic = mapper.readTree(body).path("topic").asText();
      if (!replays.isOfLetters(topic)) {
        refuse(exchange, StatusCodes.NOT_FOUND, "there is no topic of dead letters of that name");
        return;
      }
      send(exchange, Optional.of(Asset.json(mapper.writeValueAsBytes(replays.run(topic)))));
    } catch (JsonProcessingException e) {
      refuse(exchange, StatusCodes.BAD_REQUEST, "the request is no JSON object");
    } catch (IllegalStateException e) {
      refuse(exchange, StatusCodes.CONFLICT, String.valueOf(e.getMessage()));
    } catch (IOException | KafkaException e) {
      LOG.warn("A replay failed", e);
      refuse(exchange, StatusCodes.BAD_GATEWAY, "the replay failed: " + e.getMessage());
    }
  }

  private void searchLogs(HttpServerExchange exchange) {
    try {
      Map<String, List<String>> asked = new TreeMap<>();
      exchange.getQueryParameters().forEach((name, values) -> asked.put(name, List.copyOf(values)));
      LogQuery query = LogQuery.of(asked);
      LogIndex index = logs.find();
      if (index == null) {
        refuse(exchange, StatusCodes.NOT_FOUND, "no OpenSearch is known here");
        return;
      }
      StringBuilder lines = new StringBuilder();
      index.search(query).forEach(line -> lines.append(line).append('\n'));
      exchange
          .getResponseHeaders()
          .put(Headers.CONTENT_TYPE, "application/x-ndjson; charset=utf-8");
      exchange.getResponseSender().send(lines.toString());
    } catch (IllegalArgumentException e) {
      refuse(exchange, StatusCodes.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      LOG.warn("Logs could not be searched", e);
      refuse(exchange, StatusCodes.BAD_GATEWAY, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(exchange, StatusCodes.SERVICE_UNAVAILABLE, "this server is ending");
    }
  }

  private static List<String> topics(@Nullable String named) {
    return named == null || named.isEmpty()
        ? List.of()
        : Arrays.stream(named.split(",", -1)).distinct().toList();
  }

  private static @Nullable String parameter(Map<String, Deque<String>> asked, String name) {
    Deque<String> values = asked.get(name);
    return values == null ? null : values.getFirst();
  }

  private static void refuse(HttpServerExchange exchange, int status, String why) {
    exchange.setStatusCode(status);
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "text/plain; charset=utf-8");
    exchange.getResponseSender().send(why + "\n");
  }

  private static void send(HttpServerExchange exchange, Optional<Asset> asset) {
    if (asset.isEmpty()) {
      refuse(exchange, StatusCodes.NOT_FOUND, "there is nothing at " + exchange.getRequestPath());
      return;
    }
    exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, asset.get().type());
    exchange.getResponseSender().send(asset.get().content().duplicate());
  }
}
