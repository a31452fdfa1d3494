package io.millrace.local.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.browser.Browser;
import io.millrace.local.browser.Browser.Accessible;
import io.millrace.local.host.SelfSigned;
import io.millrace.local.host.ServerCertificate;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LiveRow;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard over real topics: as a program asks it, and as a person sees it. */
class DashboardITCase {
  private static final String TOKEN = "a-token-of-some-length";
  private static final String HOSTILE =
      "/<img src=x onerror=\"window.hacked=1\"><script>window.hacked=1</script>";

  private static final String LOG_RECORD =
      """
      {"recordId":"r-1","source":"shop","at":1764151200000,"level":"ERROR","service":"s","host":"h",
       "message":"disk <i>full</i>","fields":{"thread":"t"},"traceId":null,"topic":"logs.raw",
       "partition":0,"offset":1}""";

  private static final String LOG_METRIC =
      """
      {"source":"shop","level":"ERROR","windowStart":1764151200000,"windowEnd":1764151260000,
       "count":17}""";

  private static final String LOG_ALERT =
      """
      {"alertId":"a-1","ruleId":"too-many","group":"shop","windowStart":1764151200000,
       "windowEnd":1764151260000,"state":"firing","value":17}""";

  private static final String LIMITED =
      """
      {"dimension":"apiKey","key":"key-7","windowStart":0,"windowEnd":1000,
       "allowed":10,"refused":30,"cost":10}""";

  private static final String VERDICT =
      """
      {"requestId":"r-1","at":5,"allowed":false,"limitedBy":"per-key","limit":10,
       "remaining":0,"resetAt":9,"retryAfterMillis":1500,"delayMillis":0,"shadow":[]}""";

  private static final String BREAK =
      """
      {"breakId":"b-1","ruleId":"r","revision":0,"type":"missing-right",
       "ledgerLeft":"bank","ledgerRight":"book","entryIds":["e-1"],
       "amountMinor":123456,"currency":"EUR","openedAt":1764151200000,"state":"open",
       "history":[{"at":1764151200000,"action":"opened","user":null,"note":"why not"}]}""";

  private static final String POSITION =
      """
      {"deliveryId":"d","grantId":"g","ownerId":"ann","viewerId":"bob",
       "at":1764151200000,"latitude":48.1371,"longitude":11.5753,"accuracyMeters":12.0}""";

  private static final String DAY =
      """
      {"day":"2025-11-26","currency":"EUR","leftSum":123456,"rightSum":0,"matched":0,"open":0,
       "breaks":1}""";

  private static final String FENCE_EVENT =
      """
      {"eventId":"e","ownerId":"ann","fenceId":"f","name":"home","event":"enter",
       "at":1764151200000,"enteredAt":1764151200000}""";

  /** Of the times above, and of half a year before. */
  private static final List<Instant> WINTER_AND_SUMMER =
      List.of(Instant.parse("2025-11-26T10:00:00Z"), Instant.parse("2025-05-26T10:00:00Z"));

  /** Before the names of the topics of a deployment whose every view has something to show. */
  private static final String SEEN = "seen.";

  private static final List<String> TOPICS_SEEN =
      List.of(
          "trending-songs.live",
          "heavy-hitters.live",
          "rate-counting.live",
          "rate-counting.verdicts",
          "reconciliation.live",
          "reconciliation.breaks",
          "location-fanout.live",
          "location-fanout.fence-events",
          "log-ingestion.records",
          "log-ingestion.metrics",
          "log-ingestion.alerts",
          "web.requests.dlq");

  /** All that keeps somebody from reading or using what the page shows now. */
  private static final String OBSTACLES =
      """
      const found = [];
      const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = (colour) => numbers(colour).slice(0, 3)
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (element) => {
        for (let each = element; each; each = each.parentElement) {
          const colour = getComputedStyle(each).backgroundColor;
          if (numbers(colour)[3] !== 0) return colour;
        }
        return 'rgb(255, 255, 255)';
      };
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.textContent.trim() || !element.checkVisibility()) continue;
        if (element.closest('.hidden, :disabled, option')) continue;
        const both = [light(getComputedStyle(element).color), light(ground(element))];
        const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
        if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(1)}: ${element.textContent}`);
      }
      for (const each of document.querySelectorAll('a, button, input, select, canvas, [tabindex="0"]')) {
        const name = each.getAttribute('aria-label') ?? each.labels?.[0]?.textContent ?? each.textContent;
        if (!name.trim()) found.push(`no name: ${each.outerHTML}`);
      }
      for (const each of document.querySelectorAll('table')) {
        if (!each.caption?.textContent) found.push('a table without a caption');
      }
      if (document.querySelectorAll('h1').length !== 1) found.push('not one main heading');
      const wide = document.documentElement.scrollWidth - innerWidth;
      if (wide > 0) found.push(`${wide} px wider than the screen`);
      return found;
      """;

  /** What has the focus, and whether one sees that. */
  private static final String FOCUSED =
      """
      const each = document.activeElement;
      const label = each.labels?.[0]?.firstChild.textContent;
      const style = getComputedStyle(each);
      return [label ?? each.textContent.trim(),
        each === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)];
      """;

  private static final List<Screen> SCREENS =
      List.of(
          new Screen(1280, 900, false), new Screen(1280, 900, true), new Screen(390, 844, false));

  private static final List<String> VIEWS =
      List.of(
          "overview",
          "trending-songs",
          "heavy-hitters",
          "rate-counting",
          "reconciliation",
          "location-fanout",
          "log-ingestion",
          "dead-letters",
          "topics",
          "topic/" + SEEN + "reconciliation.breaks");

  /** What the tables of each view are called. */
  private static final Map<String, List<String>> TABLES =
      Map.of(
          "overview",
          List.of("Topics that are followed now"),
          "trending-songs",
          List.of("Chart"),
          "heavy-hitters",
          List.of("Heaviest items"),
          "rate-counting",
          List.of(
              "Keys of which most requests were refused, in the last window", "Latest verdicts"),
          "reconciliation",
          List.of("Breaks that stand, by age", "Tie-out of each day and currency", "Breaks"),
          "location-fanout",
          List.of("Positions", "Who entered and left places"),
          "log-ingestion",
          List.of("Alerts", "Log lines, the newest first"),
          "dead-letters",
          List.of("Topics of dead letters", "Latest dead letters"),
          "topics",
          List.of("Topics"),
          VIEWS.get(VIEWS.size() - 1),
          List.of("Records of seen.reconciliation.breaks", "Fields of reconciliation.breaks"));

  /** What is of no use without a name. */
  private static final Set<String> NAMED =
      Set.of(
          "table",
          "columnheader",
          "rowheader",
          "region",
          "link",
          "button",
          "combobox",
          "searchbox",
          "image",
          "application",
          "DisclosureTriangle",
          "navigation",
          "dialog");

  @TempDir static Path directory;

  private static LocalBroker broker;
  private static KafkaProducer<byte[], byte[]> producer;
  private static long version = 1;

  private final HttpClient http = HttpClient.newHttpClient();

  /** A screen that somebody looks at. */
  private record Screen(int width, int height, boolean dark) {}

  @BeforeAll
  static void start() throws Exception {
    broker = LocalBroker.start(directory.resolve("kafka"));
    try (TopicAdmin admin = new TopicAdmin(broker.bootstrap())) {
      admin.create(
          List.of(
              Topics.WEB_REQUESTS,
              Topics.WEB_REQUESTS_DLQ,
              Topics.HEAVY_HITTERS_LIVE,
              Topics.TRENDING_SONGS_LIVE,
              Topics.RATE_COUNTING_LIVE,
              Topics.RATE_COUNTING_VERDICTS,
              Topics.RECONCILIATION_LIVE,
              Topics.RECONCILIATION_BREAKS,
              Topics.LOCATION_FANOUT_LIVE));
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
      admin
          .createTopics(
              Stream.concat(
                      Stream.of(
                          "log-ingestion.records", "log-ingestion.metrics", "log-ingestion.alerts"),
                      TOPICS_SEEN.stream().map(name -> SEEN + name))
                  .map(name -> new NewTopic(name, 1, (short) 1))
                  .toList())
          .all()
          .get();
    }
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    producer.close();
    broker.close();
  }

  private static Dashboard dashboard(int port, boolean readOnly, @Nullable String token)
      throws IOException {
    return Dashboard.start(
        new DashboardSettings("127.0.0.1", port, token, null), sources(readOnly));
  }

  private static DashboardSources sources(boolean readOnly) {
    return sources("", readOnly);
  }

  private static DashboardSources sources(String prefix, boolean readOnly) {
    return new DashboardSources(
        broker.bootstrap(), Map.of(), prefix, List.of(), readOnly, () -> null);
  }

  private static Browser browser() throws IOException, InterruptedException {
    if (!Browser.isInstalled()) {
      System.out.println("skipped: " + Browser.MISSING);
      Assumptions.abort(Browser.MISSING);
    }
    return Browser.start();
  }

  private static void send(String topic, @Nullable String key, String value) throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic, key == null ? null : key.getBytes(UTF_8), value.getBytes(UTF_8)))
        .get();
  }

  private static void row(String topic, String view, String row, String data) throws Exception {
    LiveRow live = new LiveRow(view, row, ++version, "s1", System.currentTimeMillis(), data);
    send(
        topic, LiveRow.key(view, row), new String(JsonCodec.of(LiveRow.class).encode(live), UTF_8));
  }

  private static void item(int rank, String item, long count) throws Exception {
    row("heavy-hitters.live", "path", item, ranked(rank, item, count));
  }

  private static String ranked(int rank, String item, long count) throws Exception {
    String quoted = new ObjectMapper().writeValueAsString(item);
    return ("{\"rank\":%d,\"item\":%s,\"count\":%d,\"lowerBound\":%d,\"upperBound\":%d,\"change\":\"new\","
            + "\"windowStart\":1764151200000,\"windowEnd\":1764151500000,\"total\":90000}")
        .formatted(rank, quoted, count, count - 5, count);
  }

  private HttpResponse<String> get(URI address, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> replay(Dashboard dashboard, String topic, String... headers)
      throws Exception {
    return http.send(
        HttpRequest.newBuilder(dashboard.address().resolve("/api/replay"))
            .headers(headers)
            .POST(HttpRequest.BodyPublishers.ofString("{\"topic\":\"" + topic + "\"}"))
            .build(),
        BodyHandlers.ofString());
  }

  private String csrf(Dashboard dashboard) throws Exception {
    String session = get(dashboard.address().resolve("/api/session")).body();
    return new ObjectMapper().readTree(session).path("csrf").asText();
  }

  @Test
  void get_everyAnswer_forbidsWhatThePageDoesNotNeed() throws Exception {
    try (Dashboard dashboard = dashboard(0, true, null)) {
      for (String path :
          List.of("/", "/app.js", "/api/schema?topic=web.requests", "/none", "/../x")) {
        HttpResponse<String> answer = get(URI.create(dashboard.address() + path.substring(1)));
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
            .contains("default-src 'none'")
            .contains("script-src 'self'")
            .contains("frame-ancestors 'none'")
            .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      }
      assertThat(get(dashboard.address().resolve("/none")).statusCode()).isEqualTo(404);
      String page = get(dashboard.address()).body();
      assertThat(page).doesNotContain("style=").doesNotContain("onclick").doesNotContain("http");
    }
  }

  @Test
  void get_otherHost_isRefused() throws Exception {
    try (Dashboard dashboard = dashboard(0, true, null)) {
      assertThat(raw(dashboard, "GET / HTTP/1.1\r\nHost: attacker.example\r\n")).contains("421");
      assertThat(raw(dashboard, "GET / HTTP/1.0\r\n")).contains("421");
      assertThat(raw(dashboard, "GET / HTTP/1.1\r\nHost: localhost\r\n")).contains("200");
      assertThat(raw(dashboard, "PUT / HTTP/1.1\r\nHost: localhost\r\n")).contains("405");
    }
  }

  private static @Nullable String raw(Dashboard dashboard, String request) throws IOException {
    try (Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), dashboard.address().getPort());
        BufferedReader in =
            new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      OutputStream out = socket.getOutputStream();
      out.write((request + "Connection: close\r\n\r\n").getBytes(UTF_8));
      return in.readLine();
    }
  }

  @Test
  void signIn_token_isAskedForOnce() throws Exception {
    try (Dashboard dashboard = dashboard(0, true, TOKEN)) {
      assertThat(get(dashboard.address()).statusCode()).isEqualTo(401);
      assertThat(get(dashboard.address().resolve("/api/stream")).statusCode()).isEqualTo(401);
      assertThat(get(dashboard.address().resolve("/app.js")).body()).contains("Token of this");
      assertThat(get(dashboard.address(), "Authorization", "Bearer " + TOKEN).statusCode())
          .isEqualTo(200);
      String refused = "role=\"alert\">This is not its token";
      assertThat(get(dashboard.address()).body()).doesNotContain(refused);
      HttpResponse<String> wrong = signIn(dashboard, "wrong");
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.body()).contains(refused);
      HttpResponse<String> signedIn = signIn(dashboard, TOKEN);
      assertThat(signedIn.statusCode()).isEqualTo(303);
      String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
      assertThat(cookie).contains("HttpOnly").contains("SameSite=Strict").doesNotContain(TOKEN);
      assertThat(get(dashboard.address(), "Cookie", cookie.split(";", 2)[0]).body())
          .contains("app.js");
    }
  }

  @Test
  void certificate_isServedByTlsAlone() throws Exception {
    ServerCertificate certificate = SelfSigned.in(directory, "hunter2-of-page");
    try (Dashboard dashboard =
        Dashboard.start(new DashboardSettings("127.0.0.1", 0, TOKEN, certificate), sources(true))) {
      URI address = dashboard.address();
      assertThat(address.getScheme()).isEqualTo("https");
      assertThat(String.valueOf(raw(dashboard, "GET / HTTP/1.1\r\nHost: localhost\r\n")))
          .as("what a client gets that speaks no TLS")
          .doesNotContain("HTTP");
      assertThatThrownBy(() -> get(address)).isInstanceOf(SSLHandshakeException.class);
      HttpClient trusting =
          HttpClient.newBuilder().sslContext(SelfSigned.trusting(certificate)).build();
      HttpResponse<String> page =
          trusting.send(
              HttpRequest.newBuilder(address).header("Authorization", "Bearer " + TOKEN).build(),
              BodyHandlers.ofString());
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.body()).contains("app.js");
      assertThat(page.sslSession().orElseThrow().getProtocol()).startsWith("TLSv1.");
      HttpResponse<String> signedIn =
          trusting.send(
              HttpRequest.newBuilder(address.resolve("/sign-in"))
                  .POST(HttpRequest.BodyPublishers.ofString("token=" + TOKEN))
                  .build(),
              BodyHandlers.ofString());
      assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow()).contains("Secure");
    }
  }

  private HttpResponse<String> signIn(Dashboard dashboard, String token) throws Exception {
    return http.send(
        HttpRequest.newBuilder(dashboard.address().resolve("/sign-in"))
            .POST(HttpRequest.BodyPublishers.ofString("token=" + token))
            .build(),
        BodyHandlers.ofString());
  }

  @Test
  void replay_withoutTheSecretOrReadOnly_isRefused() throws Exception {
    try (Dashboard dashboard = dashboard(0, false, null)) {
      String csrf = csrf(dashboard);
      assertThat(replay(dashboard, "web.requests.dlq", "X-Other", "x").statusCode()).isEqualTo(403);
      assertThat(
              replay(
                      dashboard,
                      "web.requests.dlq",
                      "X-Millrace-Csrf",
                      csrf,
                      "Origin",
                      "http://attacker.example")
                  .statusCode())
          .isEqualTo(403);
      assertThat(replay(dashboard, "web.requests", "X-Millrace-Csrf", csrf).statusCode())
          .isEqualTo(404);
    }
    try (Dashboard dashboard = dashboard(0, true, null)) {
      HttpResponse<String> answer =
          replay(dashboard, "web.requests.dlq", "X-Millrace-Csrf", csrf(dashboard));
      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(answer.body()).contains("changes nothing");
    }
  }

  @Test
  void stream_lateJoiner_hasEveryRow() throws Exception {
    for (int i = 0; i < 300; i++) {
      row("trending-songs.live", "windowed:XX", "late-" + i, "{\"rank\":" + (i + 1) + "}");
    }
    try (Dashboard dashboard = dashboard(0, true, null);
        Stream<String> lines =
            http.send(
                    HttpRequest.newBuilder(
                            dashboard
                                .address()
                                .resolve("/api/stream?topics=trending-songs.live,none.such"))
                        .build(),
                    BodyHandlers.ofLines())
                .body()) {
      long rows =
          lines
              .filter(line -> line.startsWith("data:"))
              .mapToLong(line -> line.split("late-", -1).length - 1)
              .limit(10_000)
              .takeWhile(count -> count < 300)
              .count();
      assertThat(rows).as("messages before the one with all rows").isLessThan(10_000);
      assertThat(get(dashboard.address().resolve("/api/stream?topics=a%0Ab")).statusCode())
          .isEqualTo(400);
    }
  }

  @Test
  void page_everyView_showsWhatItsTopicsHold() throws Exception {
    try (Browser browser = browser();
        Dashboard dashboard = dashboard(0, false, null)) {
      item(1, "/first", 4_321);
      item(2, HOSTILE, 1_234);
      browser.open(dashboard.address() + "#/heavy-hitters");
      browser.awaitText("4,321");
      browser.awaitText(HOSTILE);
      assertThat(
              browser
                  .run(
                      "return [window.hacked, document.querySelectorAll('main img, main script').length]")
                  .toString())
          .isEqualTo("[null,0]");

      item(1, "/first", 5_678);
      browser.awaitText("5,678");
      assertThat(browser.text()).doesNotContain("4,321");

      row("trending-songs.live", "windowed:GLOBAL", "s1", song("<b>Bold</b> & Co"));
      browser.run("location.hash = '#/trending-songs'");
      browser.awaitText("<b>Bold</b> & Co");

      row("rate-counting.live", "limited:apiKey", "key-7", LIMITED);
      send("rate-counting.verdicts", "r-1", VERDICT);
      browser.run("location.hash = '#/rate-counting'");
      browser.awaitText("key-7");
      browser.awaitText("per-key");
      browser.awaitText("75 %");

      send("reconciliation.breaks", "b-1", BREAK);
      browser.run("location.hash = '#/reconciliation'");
      browser.awaitText("missing-right");
      browser.run("document.querySelector('main td button').click()");
      browser.awaitText("why not");

      row("location-fanout.live", "positions:bob", "ann", POSITION);
      browser.run("location.hash = '#/location-fanout'");
      browser.awaitText("48.1371°");
      browser.awaitThat(
          "const c = document.querySelector('canvas'); return c.width > 0 && new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size > 8");

      browser.run("location.hash = '#/log-ingestion'");
      browser.awaitText("local-cluster/run log-ingestion");
      send("log-ingestion.records", "r-1", LOG_RECORD);
      send("log-ingestion.metrics", "m-1", LOG_METRIC);
      send("log-ingestion.alerts", "a-1", LOG_ALERT);
      browser.awaitText("disk <i>full</i>");
      browser.awaitText("ERROR 17");
      browser.awaitText("too-many");
      browser.run("location.hash = '#/topic/heavy-hitters.live'");
      browser.awaitText("Required");
      browser.awaitText("5,678");
      browser.run(
          "const s = document.querySelector('main input'); s.value = 'nowhere'; s.dispatchEvent(new Event('input'))");
      browser.awaitText("0 of the newest");
      browser.run("location.hash = '#/topics'");
      browser.awaitText("A request that a web server answered.");
      assertThat(browser.errors()).isEmpty();
    }
  }

  @Test
  void page_everyView_isReadableOnAnyScreen() throws Exception {
    fillEveryView();
    try (Browser browser = browser();
        Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources(SEEN, false))) {
      for (Screen screen : SCREENS) {
        browser.screen(screen.width(), screen.height(), screen.dark());
        for (String view : VIEWS) {
          browser.open(dashboard.address() + "#/" + view);
          browser.awaitThat(
              "return document.querySelectorAll('main tbody tr').length > 0"
                  + " && document.getElementById('connection').textContent === 'live'");
          assertThat(browser.run(OBSTACLES)).as("%s on %s", view, screen).isEmpty();
        }
      }
      assertThat(browser.errors()).isEmpty();
    }
  }

  @Test
  void page_keyboard_reachesEverythingAndShowsWhereItIs() throws Exception {
    fillEveryView();
    try (Browser browser = browser();
        Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources(SEEN, false))) {
      browser.open(dashboard.address() + "#/reconciliation");
      browser.awaitText("History");
      browser.press("Tab", 9);
      assertThat(browser.run(FOCUSED).path(0).asText()).isEqualTo("Skip to the content");
      Set<String> reached = new HashSet<>();
      for (int i = 0; i < 40; i++) {
        JsonNode focused = browser.run(FOCUSED);
        assertThat(focused.path(1).asBoolean())
            .as("whether one sees where %s is", focused)
            .isTrue();
        reached.add(focused.path(0).asText());
        browser.press("Tab", 9);
      }
      assertThat(reached).contains("Topics", "Breaks", "Search", "History");
      assertThat(reached).anyMatch(name -> name.startsWith("Theme"));
    }
  }

  @Test
  void page_everyView_isToldToScreenReaders() throws Exception {
    fillEveryView();
    try (Browser browser = browser();
        Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources(SEEN, false))) {
      for (String view : VIEWS) {
        List<String> tables = TABLES.getOrDefault(view, List.of());
        browser.open(dashboard.address() + "#/" + view);
        browser.awaitThat(
            "const tables = [...document.querySelectorAll('main table')];"
                + " return tables.length === arguments[0]"
                + " && tables.every((each) => each.tBodies[0].rows.length > 0)",
            tables.size());
        List<Accessible> told = browser.accessible();
        assertThat(names(told, "table")).as(view).containsExactlyInAnyOrderElementsOf(tables);
        assertThat(names(told, "rowheader")).as("what rows of %s are of", view).isNotEmpty();
        assertThat(told)
            .filteredOn(each -> NAMED.contains(each.role()) && each.name().isBlank())
            .as("what has no name in %s", view)
            .isEmpty();
        assertThat(names(told, "button")).as("buttons of %s", view).doesNotHaveDuplicates();
        assertThat(names(told, "navigation")).containsExactly("Views");
        assertThat(told)
            .filteredOn(each -> each.role().equals("heading") && each.level().equals("1"))
            .as(view)
            .hasSize(1);
        for (String landmark : List.of("banner", "main", "contentinfo")) {
          assertThat(names(told, landmark)).as("%s of %s", landmark, view).hasSize(1);
        }
        assertThat(told)
            .filteredOn(each -> each.role().equals("status"))
            .as("what is told as it changes in %s", view)
            .isNotEmpty()
            .allMatch(each -> each.live().equals("polite"));
        assertThat(told)
            .filteredOn(each -> !each.live().isEmpty())
            .extracting(Accessible::role)
            .as("what changes by itself in %s, and tells nobody", view)
            .doesNotContain("table", "row", "columnheader", "rowheader", "cell", "image");
        // There it says that Kafka or Flink can't be reached.
        assertThat(told)
            .filteredOn(each -> each.live().equals("assertive") && !view.equals("overview"))
            .as("what interrupts in %s", view)
            .isEmpty();
      }
      assertThat(browser.errors()).isEmpty();
    }
  }

  private static List<String> names(List<Accessible> told, String role) {
    return told.stream().filter(each -> each.role().equals(role)).map(Accessible::name).toList();
  }

  @Test
  void page_whatSomebodyDoes_isToldPolitely() throws Exception {
    fillEveryView();
    String last = "return document.getElementById('told').textContent === arguments[0]";
    String search =
        "const field = document.querySelector('main input'); field.value = arguments[0];"
            + " field.dispatchEvent(new Event('input'))";
    try (Browser browser = browser();
        Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources(SEEN, false))) {
      browser.open(dashboard.address() + "#/log-ingestion");
      browser.awaitText("disk <i>full</i>");
      assertThat(browser.run(last, "").asBoolean()).as("nothing, as nobody did anything").isTrue();
      browser.run(search, "no such line");
      browser.awaitText("0 of the newest");
      browser.awaitThat(
          "return /^0 of the newest \\d+ lines\\.$/"
              + ".test(document.getElementById('told').textContent)");
      browser.run("location.hash = '#/topics'");
      browser.awaitText("seen.web.requests.dlq");
      browser.run(search, "seen.web.req");
      browser.awaitThat(last, "Topics with such a name: 1.");

      browser.open(dashboard.address() + "#/reconciliation");
      browser.awaitThat(
          "const found = document.querySelector('main td button'); found?.click();"
              + " return Boolean(document.querySelector('main ol.steps'))");
      assertThat(browser.accessible())
          .as("the history that was asked for")
          .anyMatch(
              each ->
                  each.role().equals("heading")
                      && each.name().startsWith("History of a")
                      && each.live().equals("polite"));
      browser.run(search, "e-1");
      browser.awaitThat(last, "Breaks like this: 1.");

      browser.open(dashboard.address() + "#/dead-letters");
      browser.awaitThat(
          "const found = document.querySelector('main td button'); found?.click();"
              + " return Boolean(document.querySelector('dialog[open]'))");
      List<Accessible> asked = browser.accessible();
      assertThat(names(asked, "dialog")).containsExactly("Replay dead letters?");
      assertThat(names(asked, "button")).containsExactly("Cancel", "Replay");
    }
  }

  @Test
  void page_zoneOfTheViewer_isNamedAndThatOfEveryTime() throws Exception {
    fillEveryView();
    String summer = String.valueOf(WINTER_AND_SUMMER.get(1).toEpochMilli());
    send(
        SEEN + "log-ingestion.records",
        "r-2",
        LOG_RECORD.replace("1764151200000", summer).replace("r-1", "r-2"));
    // Browsers part a time from its half of the day by other spaces than people do.
    String shown = "return document.body.innerText.replace(/\\s/g, ' ').includes(arguments[0])";
    try (Browser browser = browser();
        Dashboard dashboard = Dashboard.start(DashboardSettings.LOCAL, sources(SEEN, false))) {
      for (String name : List.of("America/New_York", "Australia/Adelaide")) {
        ZoneId zone = ZoneId.of(name);
        DateTimeFormatter time =
            DateTimeFormatter.ofPattern("MMM d, uuuu, hh:mm:ss a", Locale.US).withZone(zone);
        browser.zone(name);
        browser.open(dashboard.address() + "#/log-ingestion");
        browser.awaitThat(
            shown,
            "Times are those of %s (now GMT%s)."
                .formatted(name, zone.getRules().getOffset(Instant.now())));
        for (Instant at : WINTER_AND_SUMMER) {
          browser.awaitThat(shown, time.format(at));
        }
        browser.run("location.hash = '#/heavy-hitters'");
        Instant windowStart = WINTER_AND_SUMMER.get(0);
        browser.awaitThat(
            shown,
            "Window %s – %s;"
                .formatted(
                    time.format(windowStart),
                    time.format(windowStart.plusSeconds(300)).replaceFirst(".*, ", "")));
      }
      String now = String.valueOf(System.currentTimeMillis());
      row(
          SEEN + "location-fanout.live",
          "positions:bob",
          "ann",
          POSITION.replace("1764151200000", now));
      browser.run(
          "const right = Date.now; Date.now = () => right() + 864e6;"
              + " location.hash = '#/location-fanout'");
      // Whatever the clock of the viewer says.
      browser.awaitThat("return /newest position [\\d.]+ m?s ago/.test(document.body.innerText)");
    }
  }

  private static void fillEveryView() throws Exception {
    row(SEEN + "trending-songs.live", "windowed:GLOBAL", "s1", song("Song"));
    row(SEEN + "heavy-hitters.live", "path", "/first", ranked(1, "/first", 4_321));
    row(SEEN + "rate-counting.live", "limited:apiKey", "key-7", LIMITED);
    send(SEEN + "rate-counting.verdicts", "r-1", VERDICT);
    send(SEEN + "reconciliation.breaks", "b-1", BREAK);
    send(
        SEEN + "reconciliation.breaks",
        "b-2",
        BREAK.replace("\"b-1\"", "\"b-2\"").replace("\"e-1\"", "\"e-2\""));
    row(SEEN + "reconciliation.live", "days:r", "2025-11-26:EUR", DAY);
    row(SEEN + "reconciliation.live", "ages:r", "7d", "{\"age\":\"7d\",\"breaks\":2}");
    send(SEEN + "location-fanout.fence-events", "e", FENCE_EVENT);
    row(SEEN + "location-fanout.live", "positions:bob", "ann", POSITION);
    send(SEEN + "log-ingestion.records", "r-1", LOG_RECORD);
    send(SEEN + "log-ingestion.metrics", "m-1", LOG_METRIC);
    send(SEEN + "log-ingestion.alerts", "a-1", LOG_ALERT);
    send(SEEN + "web.requests.dlq", null, letter("read me"));
  }

  private static String song(String title) throws Exception {
    return "{\"rank\":1,\"songId\":\"s1\",\"title\":%s,\"artist\":\"A\",\"plays\":9,\"score\":9.5,\"baseline\":0.0,\"change\":\"up\",\"previousRank\":3,\"distinctListeners\":4,\"approximate\":false,\"windowStart\":0,\"windowEnd\":1000,\"revision\":0}"
        .formatted(new ObjectMapper().writeValueAsString(title));
  }

  @Test
  void page_serverComesBack_goesOn() throws Exception {
    try (Browser browser = browser()) {
      int port;
      try (Dashboard before = dashboard(0, true, null)) {
        port = before.address().getPort();
        item(3, "/before", 3_003);
        browser.open(before.address() + "#/heavy-hitters");
        browser.awaitText("3,003");
      }
      browser.awaitText("lost; trying again");
      item(3, "/before", 3_999);
      try (Dashboard after = dashboard(port, true, null)) {
        assertThat(after.address().getPort()).isEqualTo(port);
        browser.awaitText("3,999");
        assertThat(browser.run("return document.getElementById('connection').textContent").asText())
            .isEqualTo("live");
      }
    }
  }

  private static String letter(String value) {
    DeadLettered letter =
        new DeadLettered(
            "heavy-hitters",
            "decode",
            "no-json",
            "expected an object",
            "web.requests",
            0,
            5,
            1_000,
            null,
            Base64.getEncoder().encodeToString(value.getBytes(UTF_8)),
            0,
            value.length(),
            false,
            Map.of(),
            1_000,
            null);
    return new String(JsonCodec.of(DeadLettered.class).encode(letter), UTF_8);
  }

  @Test
  void page_replay_putsRecordsBackOnceConfirmed() throws Exception {
    send("web.requests.dlq", null, letter("put me back"));
    try (Browser browser = browser();
        Dashboard dashboard = dashboard(0, false, null)) {
      browser.open(dashboard.address() + "#/dead-letters");
      browser.awaitText("expected an object");
      browser.awaitThat(
          "const b = document.querySelector('main td button'); b?.click(); return Boolean(document.querySelector('dialog[open]'))");
      browser.run(
          "[...document.querySelectorAll('dialog button')].find((b) => b.textContent === 'Replay').click()");
      browser.awaitText("1 put back");
      browser.open(dashboard.address() + "#/topic/web.requests");
      browser.awaitText("put me back");
    }
  }
}
