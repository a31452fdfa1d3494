package io.millrace.job.web;

import static io.millrace.job.Commands.succeed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.Commands;
import io.millrace.job.listening.TrendingSongsJob;
import io.millrace.job.location.LocationFanoutJob;
import io.millrace.job.logs.LogIngestionJob;
import io.millrace.job.payments.ReconciliationJob;
import io.millrace.job.ratelimit.RateCountingJob;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.browser.Browser;
import io.millrace.local.dashboard.Dashboard;
import io.millrace.local.dashboard.DashboardSettings;
import io.millrace.local.dashboard.DashboardSources;
import io.millrace.local.feed.SeededFeeds;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.flink.LocalFlink;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.flink.Submission;
import io.millrace.local.flink.SubmittedJob;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The views of the dashboard in Chromium, each over the job that it is of, which runs from its jar
 * on Kafka and Flink: what moves, what a page that comes late has, and what a person does there.
 * The same of the command that shows a cluster which somebody runs.
 */
class DashboardViewsE2ECase {
  private static final Path JAR = Path.of("target/millrace-jobs.jar");
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String HOSTILE = "<img src=x onerror=\"window.hacked=1\">";

  /** So many different paths requests have. */
  private static final int PATHS = 12;

  /** What the first column of the tables says. */
  private static final String RANKS =
      "return [...document.querySelectorAll('main tbody tr')]"
          + ".map((row) => row.cells[0].textContent)";

  private static final String NOTE =
      "return document.querySelector('main .note')?.textContent ?? ''";

  @TempDir private static Path directory;

  private static LocalBroker broker;
  private static LocalFlink flink;
  private static Dashboard dashboard;
  private static Browser browser;
  private static TopicFeeder feeder;

  private final ExecutorService feeds = Executors.newCachedThreadPool();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Future<?>> feeding = new ArrayList<>();
  private final List<SubmittedJob> jobs = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    if (!Browser.isInstalled()) {
      System.out.println("skipped: " + Browser.MISSING);
      Assumptions.abort(Browser.MISSING);
    }
    browser = Browser.start();
    broker = LocalBroker.start(directory.resolve("kafka"));
    // The jar's classes are on this test's own class path too.
    Configuration parentFirst = new Configuration();
    parentFirst.set(CoreOptions.CLASSLOADER_RESOLVE_ORDER, "parent-first");
    flink =
        LocalFlink.start(
            directory.resolve("flink"),
            new FlinkSettings(1, StateBackend.HASHMAP, Duration.ofSeconds(1), 0),
            parentFirst);
    feeder = new TopicFeeder(broker.bootstrap());
    dashboard = dashboard(0);
  }

  private static Dashboard dashboard(int port) throws IOException {
    return Dashboard.start(
        new DashboardSettings("127.0.0.1", port, null, null),
        new DashboardSources(
            broker.bootstrap(), Map.of(), "", List.of(flink.address()), false, () -> null));
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser == null) {
      return;
    }
    dashboard.close();
    feeder.close();
    flink.close();
    broker.close();
    browser.close();
  }

  @AfterEach
  void endJob() throws Exception {
    stopped.set(true);
    feeds.shutdown();
    assertThat(feeds.awaitTermination(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    for (Future<?> each : feeding) {
      each.get();
    }
    for (SubmittedJob job : jobs) {
      job.cancel();
      await().atMost(LIMIT).until(() -> SubmittedJob.isEnd(job.state()));
    }
    assertThat(browser.run("return window.hacked ?? null").isNull()).as("no markup ran").isTrue();
    assertThat(browser.errors())
        .as("errors but those of a server that is away")
        .allMatch(error -> error.contains("net::ERR_"));
  }

  private SubmittedJob submit(Class<?> main, String... options) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap", broker.bootstrap(), "--create-topics", "true", "--stores", "none"));
    arguments.addAll(List.of(options));
    SubmittedJob job = flink.submit(JAR, main.getName(), arguments, Submission.Start.FRESH);
    jobs.add(job);
    return job;
  }

  /** Feeds topics until the test ends. */
  private void feed(long ratePerSecond, Topic<?>... topics) {
    SeededFeeds seeded = SeededFeeds.of(List.of(topics), 1, ratePerSecond);
    feeding.add(
        feeds.submit(
            () -> {
              seeded.feedLive(feeder, Duration.ofHours(1), stopped::get);
              return null;
            }));
  }

  private static void send(Topic<?> topic, String json) throws IOException {
    feeder.send(topic.name(), null, json.getBytes(UTF_8));
    feeder.flush();
  }

  private static void open(String view) throws Exception {
    browser.open(dashboard.address() + "#/" + view);
  }

  /** Waits until a text that a script finds is another one. */
  private static void awaitMoves(String script) throws Exception {
    String before = browser.run(script).asText();
    browser.awaitThat(
        "const now = (() => { " + script + " })(); return now !== '' && now !== arguments[0]",
        before);
  }

  /** Waits until the table has its ranks from 1 to so many at least, none missing. */
  private static void awaitRanks(int least) throws Exception {
    browser.awaitThat(
        "const ranks = (() => { "
            + RANKS
            + " })(); return ranks.length >= arguments[0]"
            + " && ranks.every((rank, i) => rank === String(i + 1))",
        least);
  }

  private static void click(String button) throws Exception {
    click(button, "main, dialog[open]", "");
  }

  /** Clicks a button in the first of these elements that has a text. */
  private static void click(String button, String within, String text) throws Exception {
    browser.awaitThat(
        "const found = [...document.querySelectorAll(arguments[1])]"
            + ".filter((each) => each.textContent.includes(arguments[2]))"
            + ".flatMap((each) => [...each.querySelectorAll('button')])"
            + ".find((each) => each.textContent === arguments[0] && !each.disabled);"
            + " found?.click(); return Boolean(found)",
        button,
        within,
        text);
  }

  /** Sets what is searched for or chosen, as somebody does who types it. */
  private static void enter(String label, String value) throws Exception {
    browser.awaitThat(
        "const found = [...document.querySelectorAll('main label')]"
            + ".find((each) => each.firstChild.textContent === arguments[0])"
            + "?.querySelector('input, select');"
            + " if (!found) return false;"
            + " found.value = arguments[1];"
            + " found.dispatchEvent(new Event(found.tagName === 'SELECT' ? 'change' : 'input'));"
            + " return found.value === arguments[1]",
        label,
        value);
  }

  private static int count(String selector) throws Exception {
    return browser.run("return document.querySelectorAll(arguments[0]).length", selector).asInt();
  }

  @Test
  void heavyHitters_rankingMovesAndOutlivesTheServer() throws Exception {
    submit(HeavyHittersJob.class, "--window", "2s", "--k", "20");
    feedRequests(Topics.WEB_REQUESTS.name());
    open("heavy-hitters");
    browser.awaitText("/" + HOSTILE);
    awaitMoves(NOTE);
    assertThat(count("main tbody img")).isZero();

    open("heavy-hitters");
    awaitRanks(PATHS);

    int port = dashboard.address().getPort();
    dashboard.close();
    browser.awaitText("lost; trying again");
    String before = browser.run(NOTE).asText();
    dashboard = dashboard(port);
    browser.awaitThat(
        "return document.getElementById('connection').textContent === 'live'"
            + " && ![undefined, arguments[0]].includes("
            + "document.querySelector('main .note')?.textContent)",
        before);

    open("overview");
    browser.awaitText("heavy-hitters");
    browser.awaitThat(
        "return [...document.querySelectorAll('main tbody tr')].some((row) =>"
            + " row.cells[0].textContent === 'heavy-hitters'"
            + " && row.cells[1].textContent === 'RUNNING'"
            + " && row.querySelector('a').href.startsWith(arguments[0]))",
        flink.address().toString());
    awaitMoves(
        "return [...document.querySelectorAll('main tbody tr')]"
            + ".find((row) => row.cells[0].textContent === 'heavy-hitters'"
            + " && row.cells[1].textContent === 'RUNNING')?.cells[2].textContent ?? ''");
    browser.awaitThat(
        "return [...document.querySelectorAll('main tbody tr')].some((row) =>"
            + " row.cells[0].textContent === 'heavy-hitters'"
            + " && row.cells[1].textContent === 'web.requests'"
            + " && /s behind|min behind/.test(row.cells[2].textContent)"
            + " && row.cells[3].textContent === '4')");
    assertThat(browser.accessible())
        .filteredOn(each -> each.role().equals("table"))
        .extracting(Browser.Accessible::name)
        .containsExactlyInAnyOrder(
            "Jobs of this Flink cluster",
            "Event time of each source",
            "Topics that are followed now");
    assertThat(browser.accessible())
        .as("the rates of the last minute, which are a picture")
        .anyMatch(
            each ->
                each.role().equals("image")
                    && each.name().matches("Rate in the last minute, from .*/s to .*/s"));
  }

  /** Feeds requests of {@link #PATHS} paths until the test ends. */
  private void feedRequests(String topic) {
    ObjectMapper json = new ObjectMapper();
    feeding.add(
        feeds.submit(
            () -> {
              while (!stopped.get()) {
                long now = System.currentTimeMillis();
                // So many that each path is among them.
                for (int i = 0; i < 3 * (PATHS - 1); i++) {
                  String path = i % 3 == 0 ? "/" + HOSTILE : "/page/" + i % (PATHS - 1);
                  Map<String, Object> request = Map.of("at", now, "client", "c", "path", path);
                  feeder.send(topic, null, json.writeValueAsBytes(request));
                }
                feeder.flush();
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
              }
              return null;
            }));
  }

  @Test
  void command_overSomebodysOwnCluster_showsItAndChangesNothing() throws Exception {
    submit(HeavyHittersJob.class, "--topic-prefix", "own.", "--window", "2s", "--k", "20");
    feedRequests("own.web.requests");
    feeder.send("own.web.requests", null, "no request".getBytes(UTF_8));
    Commands commands = new Commands(directory.resolve("home"));
    URI address;
    try (Commands.Running command =
        commands.start(
            "dashboard",
            "--bootstrap",
            broker.bootstrap(),
            "--flink",
            flink.address().toString(),
            "--topic-prefix",
            "own.")) {
      address = URI.create(command.await("dashboard: (http://\\S+)"));
      StreamedPage page = StreamedPage.open(address, "own.heavy-hitters.live");
      await().atMost(LIMIT).until(() -> page.rows() == PATHS);
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(topics(page)).contains("own.web.requests", "own.web.requests.dlq"));
      await().atMost(LIMIT).until(() -> showsRunningJob(page));
      Set<String> before = topics(page);

      StreamedPage late = StreamedPage.open(address, "own.heavy-hitters.live");
      await().atMost(LIMIT).until(() -> late.snapshots() > 0);
      assertThat(late.snapshotRows()).as("rows at once").isEqualTo(PATHS);
      long window = late.latestWindow();
      await().atMost(LIMIT).until(() -> late.latestWindow() > window);
      assertThat(late.snapshots()).as("rows told whole; what came then are changes").isOne();

      browser.open(address + "#/topic/own.listening.plays");
      browser.awaitText("There is no such topic yet");
      browser.open(address + "#/dead-letters");
      browser.awaitText("This dashboard changes nothing. To replay a topic:");
      browser.awaitThat(
          "const buttons = [...document.querySelectorAll('main td button')];"
              + " return buttons.length > 0 && buttons.every((each) => each.disabled)");
      browser.awaitText("own.web.requests ");
      HttpResponse<String> refused = replay(address, "own.web.requests.dlq");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("this dashboard changes nothing");
      assertThat(topics(page)).isEqualTo(before);

      assertThat(succeed(command.stop()))
          .contains("it shows Kafka at " + broker.bootstrap() + "; Ctrl-C stops it");
    }
    assertThatThrownBy(() -> get(address)).isInstanceOf(ConnectException.class);
    browser.awaitText("lost; trying again");
  }

  private static Set<String> topics(StreamedPage page) {
    Set<String> names = new TreeSet<>();
    page.status().path("topics").forEach(topic -> names.add(topic.path("name").asText()));
    return names;
  }

  private static boolean showsRunningJob(StreamedPage page) {
    for (JsonNode job : page.status().path("flink").path("jobs")) {
      if (job.path("name").asText().equals("heavy-hitters")
          && job.path("state").asText().equals("RUNNING")
          && job.path("records").asLong() > 0) {
        return true;
      }
    }
    return false;
  }

  private static HttpResponse<String> get(URI address) throws Exception {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString());
  }

  /** Asks for a replay as the page does. */
  private static HttpResponse<String> replay(URI address, String topic) throws Exception {
    JsonNode session = new ObjectMapper().readTree(get(address.resolve("/api/session")).body());
    assertThat(session.path("prefix").asText()).isEqualTo("own.");
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(address.resolve("/api/replay"))
                .header("X-Millrace-Csrf", session.path("csrf").asText())
                .POST(BodyPublishers.ofString("{\"topic\":\"" + topic + "\"}"))
                .build(),
            BodyHandlers.ofString());
  }

  @Test
  void deadLetters_replayIsAskedForAndPutsBack() throws Exception {
    submit(HeavyHittersJob.class, "--window", "2s");
    send(Topics.WEB_REQUESTS, "no request " + HOSTILE);
    open("dead-letters");
    browser.awaitThat("return /web\\.requests \\d\\/\\d/.test(document.body.innerText)");
    browser.awaitThat(
        "const value = document.querySelector('main td details');"
            + " if (value) value.open = true;"
            + " return Boolean(value?.innerText.includes(arguments[0]))",
        "no request " + HOSTILE);
    String letters =
        "return [...document.querySelectorAll('main tbody tr')]"
            + ".find((row) => row.cells[0].textContent === 'web.requests.dlq')?.cells[1].textContent"
            + " ?? ''";
    browser.awaitThat("return (() => { " + letters + " })() === '1'");

    click("Replay…", "main tr", "web.requests.dlq");
    browser.awaitText("Replay dead letters?");
    assertThat(browser.run("return document.activeElement.textContent").asText())
        .as("what Enter would do")
        .isEqualTo("Cancel");
    click("Cancel");
    browser.awaitThat("return !document.querySelector('dialog')");
    click("Replay…", "main tr", "web.requests.dlq");
    click("Replay");
    browser.awaitText("1 put back");
    // The job refuses it again.
    browser.awaitThat("return (() => { " + letters + " })() === '2'");
    enter("Search", "none has these words");
    browser.awaitText("the search or the reason hides those there are");
  }

  @Test
  void trendingSongs_chartsOfRegionsMove() throws Exception {
    submit(TrendingSongsJob.class);
    feed(1_000, Topics.LISTENING_SONGS, Topics.LISTENING_PLAYS);
    open("trending-songs");
    awaitRanks(50);
    // Whichever region came first.
    browser.awaitThat(
        "return [...document.querySelectorAll('main select')].map((each) => each.value).join()"
            + " === 'GLOBAL,windowed'");
    awaitMoves(NOTE);
    browser.awaitThat(
        "return [...document.querySelectorAll('main .change')]"
            + ".some((each) => /up|down/.test(each.textContent))");

    String first = "return document.querySelector('main tbody').innerText";
    String everywhere = browser.run(first).asText();
    String region =
        browser
            .run(
                "return [...document.querySelectorAll('main select')[0].options]"
                    + ".map((each) => each.value).find((each) => each !== 'GLOBAL')")
            .asText();
    enter("Region", region);
    awaitRanks(20);
    assertThat(browser.run(first).asText()).isNotEqualTo(everywhere);
    enter("Chart", "decayed");
    awaitRanks(20);
    awaitMoves(NOTE);

    open("trending-songs");
    awaitRanks(50);
  }

  @Test
  void rateCounting_verdictsMove() throws Exception {
    submit(RateCountingJob.class);
    feed(500, Topics.RATELIMIT_RULES, Topics.RATELIMIT_REQUESTS);
    open("rate-counting");
    browser.awaitText("refused");
    enter("Verdicts", "refused");
    String shown =
        "return [...document.querySelectorAll('main > div > section:last-child tbody .badge')]"
            + ".map((each) => each.textContent)";
    browser.awaitThat(
        "const found = (() => { "
            + shown
            + " })(); return found.length > 0 && found.every((each) => each === 'refused')");
    awaitMoves("return document.querySelector('main > div > section:last-child tbody').innerText");

    enter("Verdicts", "allowed");
    browser.awaitThat(
        "const found = (() => { "
            + shown
            + " })(); return found.length > 0 && found.every((each) => each === 'allowed')");

    open("rate-counting");
    browser.awaitText("rule that refuses most");
    browser.awaitThat(
        "return document.querySelectorAll('main > div > section:last-child tbody tr').length >= 50");
  }

  @Test
  void rateCounting_mostLimitedKeysMove() throws Exception {
    submit(RateCountingJob.class, "--usage-window", "2s", "--max-out-of-orderness", "2s");
    feed(500, Topics.RATELIMIT_RULES, Topics.RATELIMIT_REQUESTS);
    open("rate-counting");
    enter("Dimension", "ip");
    // One address has a bot, which asks far more often than its limit.
    browser.awaitText("203.0.113.");
    awaitMoves("return document.querySelector('main section .note').textContent");
    browser.awaitThat(
        "const refused = [...document.querySelectorAll('main section tbody')][0].rows;"
            + " const counts = [...refused].map((row) =>"
            + " Number(row.cells[2].textContent.replace(/\\D/g, '')));"
            + " return counts[0] > 0 && counts.every((each, i) => i === 0 || each <= counts[i - 1])");
    open("rate-counting");
    browser.awaitThat("return document.querySelectorAll('main section tbody tr').length > 10");
  }

  @Test
  void reconciliation_breakIsResolvedAndItsHistorySaysSo() throws Exception {
    submit(ReconciliationJob.class, "--max-out-of-orderness", "2s", "--idle-timeout", "1s");
    feeding.add(
        feeds.submit(
            () -> {
              for (int i = 0; !stopped.get(); i++) {
                entry("order-" + i, "orders", "R-" + i, 1_000);
                entry("credit-" + i, "bank", "R-" + i, 1_000);
                LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
              }
              return null;
            }));
    open("reconciliation");
    browser.awaitText("default:bank:orders");
    String matched = "return document.querySelector('main .tile b')?.textContent ?? ''";
    awaitMoves(matched);
    entry("o-2", "orders", "S-2", 123_456);
    entry("o-2-again", "orders", "S-2", 123_456);
    browser.awaitText("duplicate");
    browser.awaitText("€1,234.56");
    browser.awaitText("less than an hour");

    click("History");
    browser.awaitText("History of a duplicate break");
    assertThat(count("main ol.steps li")).isEqualTo(1);
    long now = System.currentTimeMillis();
    send(
        Topics.RECON_RESOLUTIONS,
        "{\"resolutionId\":\"x-1\",\"at\":"
            + now
            + ",\"action\":\"write-off\",\"entryIds\":[\"o-2-again\"],\"user\":\"ann\",\"note\":\"<b>sent twice</b>\"}");
    browser.awaitText("<b>sent twice</b>");
    assertThat(count("main ol.steps li")).isEqualTo(2);
    browser.awaitText("now resolved");
    enter("Breaks", "resolved");
    browser.awaitText("o-2-again");

    open("reconciliation");
    awaitMoves(matched);
    browser.awaitText("Tie-out of each day");

    open("overview");
    // No record has come to any of the rates.
    browser.awaitThat(
        "return [...document.querySelectorAll('main tbody tr')].some((row) =>"
            + " row.cells[1].textContent === 'recon.rates' && row.cells[4].textContent === 'all')");
  }

  private static void entry(String id, String ledger, String reference, long amount)
      throws IOException {
    send(
        Topics.RECON_ENTRIES,
        "{\"entryId\":\"%s\",\"ledger\":\"%s\",\"reference\":\"%s\",\"at\":%d,\"amountMinor\":%d,\"currency\":\"EUR\"}"
            .formatted(id, ledger, reference, System.currentTimeMillis(), amount));
  }

  /** Two fingers on the middle of the map, each so far from it, go so far. */
  private static void pinchMap(int from, int to) throws Exception {
    String width =
        "return document.querySelector('canvas').getAttribute('aria-description').split(' ')[0]"
            + ".replaceAll(',', '')";
    double before = browser.run(width).asDouble();
    JsonNode middle =
        browser.run(
            "const map = document.querySelector('canvas');"
                + " map.scrollIntoView({ block: 'center', behavior: 'instant' });"
                + " const box = map.getBoundingClientRect();"
                + " return [box.left + box.width / 2, box.top + box.height / 2]");
    browser.pinch(middle.path(0).asInt(), middle.path(1).asInt(), from, to);
    assertThat(browser.run(width).asDouble())
        .as("width of the map after pinching, in km")
        .isCloseTo(before * from / to, Percentage.withPercentage(10));
  }

  @Test
  void locationFanout_peopleMoveOnTheMap() throws Exception {
    submit(LocationFanoutJob.class);
    send(
        Topics.LOCATION_FENCES,
        "{\"fenceId\":\"f-1\",\"at\":%d,\"ownerId\":\"user-7\",\"name\":\"the <i>town</i>\",\"fence\":{\"type\":\"circle\",\"latitude\":48.137,\"longitude\":11.575,\"radiusMeters\":20000}}"
            .formatted(System.currentTimeMillis() - 60_000));
    feed(300, Topics.LOCATION_GRANTS, Topics.LOCATION_UPDATES);
    open("location-fanout");
    browser.awaitText("Drag, pinch or use the arrow keys");
    String people = "return document.querySelectorAll('main tbody')[0]?.rows.length ?? 0";
    browser.awaitThat("return (() => { " + people + " })() >= 100");
    browser.awaitText("the <i>town</i>");
    String picture = "return document.querySelector('canvas').toDataURL()";
    awaitMoves(picture);

    String viewer =
        browser.run("return document.querySelector('main select').options[1].value").asText();
    enter("As seen by", viewer);
    browser.awaitThat("const rows = (() => { " + people + " })(); return rows > 0 && rows < 20");
    String before = browser.run(picture).asText();
    browser.run(
        "const map = document.querySelector('canvas'); map.focus();"
            + " for (let i = 0; i < 5; i++)"
            + " map.dispatchEvent(new KeyboardEvent('keydown', { key: '-', bubbles: true }))");
    assertThat(browser.run(picture).asText()).as("the map after zooming out").isNotEqualTo(before);
    pinchMap(20, 80);

    open("location-fanout");
    browser.awaitThat("return (() => { " + people + " })() >= 100");

    open("topic/location.updates");
    browser.awaitText("Schema");
    browser.awaitText("latitude");
    awaitMoves("return document.querySelector('main > div > section').innerText");
    enter("Search", "user-7 walks nowhere");
    browser.awaitText("0 of the newest");
    enter("Search", "\"user-7\"");
    browser.awaitThat(
        "const rows = [...document.querySelectorAll('main section:not(:last-child) tbody tr')];"
            + " return rows.length > 0 && rows.every((row) => row.innerText.includes('user-7'))");
  }

  /** How many records of a topic the job has read. */
  private static long read(SubmittedJob job, String topic) throws Exception {
    return job.progress().positions().entrySet().stream()
        .filter(each -> each.getKey().startsWith(topic + "-"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Test
  void logs_linesAreSearchedCountedAndAlarmedOn() throws Exception {
    SubmittedJob job = submit(LogIngestionJob.class);
    feed(100, Topics.LOG_SOURCES, Topics.LOG_RULES);
    // Lines of a source that nobody described yet would be refused.
    await().atMost(LIMIT).until(() -> read(job, "log_sources") == 7 && read(job, "log_rules") == 4);
    SeededFeeds lines = SeededFeeds.of(List.of(Topics.LOGS_RAW), 1, 100);
    // Three minutes at once, so that some have ended, with all that goes wrong in each.
    lines.feedPast(feeder, Duration.ofMinutes(3), System.currentTimeMillis(), stopped::get);
    feed(100, Topics.LOGS_RAW);
    open("log-ingestion");
    browser.awaitText("of the newest");
    awaitMoves("return document.querySelector('main > div > section:last-child tbody').innerText");
    browser.awaitThat("return document.querySelectorAll('main svg.chart g').length >= 2");
    browser.awaitThat(
        "return [...document.querySelectorAll('main svg.chart title')]"
            + ".some((each) => /ERROR \\d/.test(each.textContent))");
    browser.awaitText("silent-tills");

    enter("Level", "WARN");
    String levels =
        "return [...document.querySelectorAll('main > div > section:last-child tbody tr')]"
            + ".map((row) => row.cells[1].textContent)";
    browser.awaitThat(
        "const found = (() => { "
            + levels
            + " })(); return found.length > 0 && found.every((each) => /WARN|ERROR|FATAL/.test(each))");
    enter("Search", "link router");
    browser.awaitThat(
        "const rows = [...document.querySelectorAll('main > div > section:last-child tbody tr')];"
            + " return rows.length > 0"
            + " && rows.every((row) => row.textContent.includes('link is'))"
            + " && document.querySelector('main mark').textContent === 'link'");
    enter("Search", "onerror");
    ProducerRecord<byte[], byte[]> line =
        new ProducerRecord<>(
            Topics.LOGS_RAW.name(),
            new ObjectMapper()
                .writeValueAsBytes(
                    Map.of(
                        "time", Instant.now().toString(), "level", "error", "message", HOSTILE)));
    line.headers().add("source", "api".getBytes(UTF_8));
    feeder.send(line);
    feeder.flush();
    browser.awaitText(HOSTILE);
    enter("Search", "nobody logs this");
    browser.awaitText("0 of the newest");
    open("log-ingestion");
    browser.awaitThat("return document.querySelectorAll('main svg.chart g').length >= 2");
    browser.awaitText("silent-tills");
  }
}
