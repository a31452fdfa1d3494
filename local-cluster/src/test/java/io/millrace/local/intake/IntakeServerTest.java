package io.millrace.local.intake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.host.SelfSigned;
import io.millrace.local.host.ServerCertificate;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What senders are answered, by a server whose writer does as the test says. */
class IntakeServerTest {
  private static final int BODY_BYTES = 64 * 1024;
  private static final int LINE_BYTES = 1024;
  private static final long IN_FLIGHT_BYTES = ByteBudget.OF_REQUEST + 2 * BODY_BYTES;
  private static final Duration LONG = Duration.ofMinutes(1);

  private final HttpClient client = HttpClient.newHttpClient();
  private final LinkedBlockingQueue<Written> written = new LinkedBlockingQueue<>();
  private IntakeServer server;

  /** What the writer was given, and what it answers. */
  private record Written(
      String source, List<String> lines, CompletableFuture<@Nullable Void> answer) {}

  @BeforeEach
  void start() throws Exception {
    server = start(null);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private IntakeServer start(@Nullable String token) throws IOException {
    return start(token, null, true);
  }

  private IntakeServer start(
      @Nullable String token, @Nullable ServerCertificate tls, boolean withMedia)
      throws IOException {
    IntakeSettings.Limits limits =
        new IntakeSettings.Limits(BODY_BYTES, LINE_BYTES, IN_FLIGHT_BYTES, LONG, LONG);
    LineWriter writer =
        (source, at, lines) -> {
          CompletableFuture<@Nullable Void> answer = new CompletableFuture<>();
          written.add(
              new Written(
                  source, lines.stream().map(each -> new String(each, UTF_8)).toList(), answer));
          return answer;
        };
    return IntakeServer.start(
        new IntakeSettings("127.0.0.1", 0, token, tls, "", limits),
        writer,
        withMedia ? writer : null);
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(server.address() + path)).timeout(LONG);
  }

  private CompletableFuture<HttpResponse<String>> send(HttpRequest request) {
    return client.sendAsync(request, BodyHandlers.ofString());
  }

  private HttpResponse<String> refused(HttpRequest request) throws Exception {
    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
    assertThat(written).as("written though refused").isEmpty();
    assertThat(server.inFlightBytes()).isZero();
    return answer;
  }

  private HttpRequest post(byte[] body, String... headers) {
    HttpRequest.Builder request = to("/v1/logs/web").POST(BodyPublishers.ofByteArray(body));
    return (headers.length == 0 ? request : request.headers(headers)).build();
  }

  private HttpRequest post(String body, String... headers) {
    return post(body.getBytes(UTF_8), headers);
  }

  /** The lines that the writer gets of a request, which is answered with their number. */
  private List<String> taken(HttpRequest request) throws Exception {
    var answer = send(request);
    Written lines = next();
    assertThat(answer).as("answered before it is written").isNotDone();
    lines.answer.complete(null);
    assertThat(answer.get().statusCode()).isEqualTo(200);
    assertThat(answer.get().body()).isEqualTo("{\"accepted\":" + lines.lines.size() + "}");
    assertThat(lines.source).isEqualTo("web");
    assertThat(server.inFlightBytes()).isZero();
    return lines.lines;
  }

  private Written next() throws InterruptedException {
    Written next = written.poll(1, TimeUnit.MINUTES);
    assertThat(next).as("what the writer gets").isNotNull();
    return next;
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  @Test
  void takesLinesOfAnyBytes() throws Exception {
    assertThat(taken(post("a\r\n\nb {\"c\":1}\n d"))).containsExactly("a", "b {\"c\":1}", " d");
    assertThat(taken(post("{\"a\":1}\n{\"a\":2}\n", "Content-Type", "application/x-ndjson")))
        .containsExactly("{\"a\":1}", "{\"a\":2}");
    assertThat(taken(post(""))).isEmpty();
    assertThat(taken(post("a\nb", "Content-Type", "application/octet-stream")))
        .containsExactly("a\nb");
  }

  @Test
  void takesValuesOfJson() throws Exception {
    assertThat(
            taken(
                post(
                    " [ {\"m\": \"ü\",\n \"n\":[1, 2]}, \"a \\\"line\\\"\", 1.50, [ [] ] ] {\"o\":{}}",
                    "Content-Type",
                    "application/json; charset=utf-8")))
        .containsExactly(
            "{\"m\": \"ü\",\n \"n\":[1, 2]}", "a \"line\"", "1.50", "[ [] ]", "{\"o\":{}}");
    for (String bad : List.of("[1, 2", "{\"a\":}", "[1]]", "[\"\\ud800\"]", "nothing")) {
      HttpResponse<String> answer = refused(post(bad, "Content-Type", "application/json"));
      assertThat(answer.statusCode()).as(bad).isEqualTo(400);
    }
    byte[] utf16 = "[\"a\"]".getBytes(StandardCharsets.UTF_16BE);
    assertThat(refused(post(utf16, "Content-Type", "application/json")).statusCode())
        .isEqualTo(400);
  }

  @Test
  void unpacksGzipWithinLimits() throws Exception {
    String[] packed = {"Content-Encoding", "gzip"};
    assertThat(taken(post(gzip("a\nb".getBytes(UTF_8)), packed))).containsExactly("a", "b");
    assertThat(refused(post("not packed", packed)).statusCode()).isEqualTo(400);
    byte[] cut = gzip("a line that is cut".getBytes(UTF_8));
    assertThat(refused(post(Arrays.copyOf(cut, cut.length - 9), packed)).statusCode())
        .isEqualTo(400);
    HttpResponse<String> bomb = refused(post(gzip(new byte[BODY_BYTES + 1]), packed));
    assertThat(bomb.statusCode()).isEqualTo(413);
    assertThat(refused(post("a", "Content-Encoding", "br")).statusCode()).isEqualTo(415);
  }

  /**
   * The answer to a request that says how long its body is, and waits with the body. A sender that
   * doesn't wait may find the connection closed before it has read the answer.
   */
  private String refusedForItsLength(int bytes) throws Exception {
    String head =
        String.join(
            "\r\n", "POST /v1/logs/web HTTP/1.1", "Host: test", "Content-Length: " + bytes, "", "");
    try (Socket socket = new Socket(server.address().getHost(), server.address().getPort())) {
      socket.setSoTimeout((int) LONG.toMillis());
      socket.getOutputStream().write(head.getBytes(UTF_8));
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
      assertThat(written).as("written though refused").isEmpty();
      assertThat(server.inFlightBytes()).isZero();
      return answer;
    }
  }

  @Test
  void refusesWhatIsTooLarge() throws Exception {
    assertThat(taken(post("x".repeat(LINE_BYTES)))).hasSize(1);
    HttpResponse<String> line = refused(post("a\n" + "x".repeat(LINE_BYTES + 1)));
    assertThat(line.statusCode()).isEqualTo(413);
    assertThat(line.body()).isEqualTo("a line has more than 1024 bytes\n");
    assertThat(refusedForItsLength(BODY_BYTES + 1))
        .startsWith("HTTP/1.1 413 ")
        .endsWith("\r\n\r\nthe body has more than 65536 bytes\n");
    HttpResponse<String> many = refused(post("x\n".repeat(BODY_BYTES / 2)));
    assertThat(many.statusCode()).as("would not fit if it were alone").isEqualTo(413);
  }

  @Test
  void refusesWhatIsNoRequestForIt() throws Exception {
    for (String source :
        List.of("", ".hidden", "a/b", "a%2Fb", "%C3%BC", "a%00", "x".repeat(129))) {
      HttpRequest request = to("/v1/logs/" + source).POST(BodyPublishers.ofString("a")).build();
      assertThat(refused(request).statusCode()).as(source).isEqualTo(400);
    }
    assertThat(refused(to("/v1/log/web").POST(BodyPublishers.ofString("a")).build()).statusCode())
        .isEqualTo(404);
    assertThat(refused(to("/v1/logs/web").GET().build()).statusCode()).isEqualTo(405);
    assertThat(refused(post("a", "Origin", "http://elsewhere.example")).statusCode())
        .isEqualTo(403);
  }

  @Test
  void asksForTheToken() throws Exception {
    server.close();
    server = start("a-token-of-some-length");
    assertThat(refused(post("a")).statusCode()).isEqualTo(401);
    assertThat(refused(post("a", "Authorization", "Bearer another-token-of-it")).statusCode())
        .isEqualTo(401);
    assertThat(taken(post("a", "Authorization", "Bearer a-token-of-some-length")))
        .containsExactly("a");
    assertThatThrownBy(
            () -> new IntakeSettings("192.0.2.1", 0, null, null, "", IntakeSettings.Limits.USUAL))
        .hasMessageContaining("token");
  }

  private static String upload(String id, String digest) {
    return String.format(
        "{\"mediaId\":\"%s\",\"at\":1769850000000,\"sha256\":\"%s\",\"sizeBytes\":7,"
            + "\"contentType\":\"image/png\",\"location\":\"s3://media/%s\"}",
        id, digest, id);
  }

  private HttpRequest media(String body, String type) {
    return to("/v1/media").header("Content-Type", type).POST(BodyPublishers.ofString(body)).build();
  }

  @Test
  void takesUploadsOfMedia_asLinesAndAsJson() throws Exception {
    List<String> uploads = List.of(upload("a", "0".repeat(64)), upload("b", "1".repeat(64)));
    for (HttpRequest request :
        List.of(
            media(String.join("\n", uploads), "application/x-ndjson"),
            media("[" + String.join(", ", uploads) + "]", "application/json"))) {
      var answer = send(request);
      Written given = next();
      assertThat(given.source).isEqualTo("media.uploads");
      assertThat(given.lines).isEqualTo(uploads);
      given.answer.complete(null);
      assertThat(answer.get().body()).isEqualTo("{\"accepted\":2}");
    }
    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void refusesUploadsOfWhichOneCantBe_andSaysWhich() throws Exception {
    String body = upload("a", "0".repeat(64)) + "\n" + upload("b", "none");
    HttpResponse<String> answer = refused(media(body, "text/plain"));
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .isEqualTo("upload 2 of the body can't be taken: sha256 must be 64 hexadecimal digits\n");
    server.close();
    server = start(null, null, false);
    HttpResponse<String> none = refused(media(upload("a", "0".repeat(64)), "text/plain"));
    assertThat(none.statusCode()).isEqualTo(404);
    assertThat(none.body()).contains("no topic media.uploads").contains("start this again");
  }

  @Test
  void overTls_isForWhoTrustsItsCertificate(@TempDir Path directory) throws Exception {
    ServerCertificate certificate = SelfSigned.in(directory, "secret-of-keys");
    server.close();
    assertThatThrownBy(
            () -> start(null, new ServerCertificate(certificate.keystore(), "another"), true))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("server.p12 can't be used")
        .hasMessageNotContaining("another");
    assertThatThrownBy(
            () -> start(null, new ServerCertificate(directory.resolve("none"), "any"), true))
        .hasMessageContaining("there is no file " + directory.resolve("none"));
    server = start("a-token-of-some-length", certificate, true);
    assertThat(server.address().getScheme()).isEqualTo("https");
    HttpRequest request = post("a\nb", "Authorization", "Bearer a-token-of-some-length");

    assertThatThrownBy(() -> client.send(request, BodyHandlers.ofString()))
        .as("a client that doesn't trust it")
        .isInstanceOf(SSLException.class);
    HttpRequest plain =
        HttpRequest.newBuilder(URI.create(request.uri().toString().replaceFirst("https", "http")))
            .timeout(LONG)
            .POST(BodyPublishers.ofString("a"))
            .build();
    assertThatThrownBy(() -> client.send(plain, BodyHandlers.ofString()))
        .isInstanceOf(IOException.class);
    assertThat(written).isEmpty();
    HttpClient trusting =
        HttpClient.newBuilder().sslContext(SelfSigned.trusting(certificate)).build();
    var answer = trusting.sendAsync(request, BodyHandlers.ofString());
    Written lines = next();
    assertThat(lines.lines).containsExactly("a", "b");
    assertThat(answer).as("answered before it is written").isNotDone();
    lines.answer.complete(null);
    assertThat(answer.get().statusCode()).isEqualTo(200);
    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void tellsToComeAgainWhileTooMuchIsOnItsWay() throws Exception {
    List<CompletableFuture<HttpResponse<String>>> held = new ArrayList<>();
    List<Written> waiting = new ArrayList<>();
    String body = ("x".repeat(LINE_BYTES - 1) + "\n").repeat(20);
    for (int i = 0; i < 2; i++) {
      held.add(send(post(body)));
      waiting.add(next());
    }
    HttpResponse<String> answer = client.send(post(body), BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    assertThat(written).isEmpty();
    assertThat(held).noneMatch(CompletableFuture::isDone);
    waiting.get(0).answer.complete(null);
    assertThat(held.get(0).get().statusCode()).isEqualTo(200);
    assertThat(held.get(1)).isNotDone();
    CompletableFuture<HttpResponse<String>> again = send(post(body));
    next().answer.complete(null);
    assertThat(again.get().statusCode()).isEqualTo(200);
    waiting.get(1).answer.complete(null);
    assertThat(held.get(1).get().statusCode()).isEqualTo(200);
    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void acknowledgesNothingThatIsNotWritten() throws Exception {
    CompletableFuture<HttpResponse<String>> answer = send(post("a\nb"));
    next().answer.completeExceptionally(new IOException("no broker"));
    assertThat(answer.get().statusCode()).isEqualTo(503);
    assertThat(answer.get().headers().firstValue("Retry-After")).contains("1");
    assertThat(answer.get().body()).isEqualTo("Kafka does not have all lines; send them again\n");
    assertThat(server.inFlightBytes()).isZero();
    assertThat(taken(post("a\nb"))).containsExactly("a", "b");
  }
}
