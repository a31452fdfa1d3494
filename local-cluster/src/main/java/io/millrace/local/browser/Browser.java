package io.millrace.local.browser;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Chromium without a window, driven over the WebDriver protocol, for tests of pages. It needs
 * Chromium and its driver where Debian's packages {@code chromium} and {@code chromium-driver} put
 * them. Not safe for use by several threads.
 */
public final class Browser implements AutoCloseable {
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  /** What to do where none {@link #isInstalled() is installed}. */
  public static final String MISSING =
      "pages are tested with Chromium, which is not installed"
          + " (Debian: apt install chromium chromium-driver)";

  /** Roles of text that says nothing which the element around it does not. */
  private static final Set<String> TEXTS = Set.of("StaticText", "InlineTextBox", "none", "generic");

  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration WAIT_LIMIT = Duration.ofMinutes(4);
  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * An element as a screen reader is told of it.
   *
   * @param role what it is, such as {@code table}, {@code columnheader} or {@code button}
   * @param name what it is called; empty for nothing
   * @param live how urgently changes in it are told, {@code polite} or {@code assertive}; empty
   *     where they are not told
   * @param level the level of a heading or of an item of a list; empty for others
   */
  public record Accessible(String role, String name, String live, String level) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper mapper = new ObjectMapper();
  private final Process driver;
  private final String address;
  private String session = "";

  private Browser(Process driver, String address) {
    this.driver = driver;
    this.address = address;
  }

  /** Whether there is a Chromium with a driver. */
  public static boolean isInstalled() {
    return Files.isExecutable(DRIVER) && Files.isExecutable(CHROMIUM);
  }

  /**
   * Starts one.
   *
   * @throws IOException where none is installed, or it does not start within 60 s
   */
  public static Browser start() throws IOException, InterruptedException {
    if (!isInstalled()) {
      throw new IOException(MISSING);
    }
    int port = FreePorts.find();
    Process driver =
        new ProcessBuilder(DRIVER.toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Browser browser = new Browser(driver, "http://127.0.0.1:" + port);
    try {
      browser.awaitReady();
      browser.session =
          "/session/" + browser.send("POST", "/session", wanted()).path("sessionId").asText();
    } catch (IOException | InterruptedException | RuntimeException e) {
      driver.destroyForcibly();
      throw e;
    }
    return browser;
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try {
        if (send("GET", "/status", null).path("ready").asBoolean()) {
          return;
        }
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException(DRIVER + " does not answer", e);
        }
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  private static Map<String, Object> wanted() {
    List<String> arguments =
        List.of(
            "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900");
    return Map.of(
        "capabilities",
        Map.of(
            "alwaysMatch",
            Map.of(
                "goog:loggingPrefs",
                Map.of("browser", "ALL"),
                "goog:chromeOptions",
                Map.of("binary", CHROMIUM.toString(), "args", arguments))));
  }

  /** Goes to an address; a page is loaded anew even where only what is after the # differs. */
  public void open(String url) throws IOException, InterruptedException {
    send("POST", session + "/url", Map.of("url", "about:blank"));
    send("POST", session + "/url", Map.of("url", url));
  }

  /**
   * Runs a script in the page, as the body of a function.
   *
   * @return what it returns
   */
  public JsonNode run(String script, Object... arguments) throws IOException, InterruptedException {
    return send(
        "POST", session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
  }

  /** The text that a person sees in the main part. */
  public String text() throws IOException, InterruptedException {
    return run("return document.querySelector('main').innerText").asText();
  }

  /**
   * Waits until a person sees a text anywhere on the page.
   *
   * @throws IOException where nobody does within 4 minutes
   */
  public void awaitText(String expected) throws IOException, InterruptedException {
    awaitThat("return document.body.innerText.includes(arguments[0])", expected);
  }

  /**
   * Waits until a script returns true.
   *
   * @throws IOException where it does not within 4 minutes; the message has what the page shows
   */
  public void awaitThat(String script, Object... arguments)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + WAIT_LIMIT.toNanos();
    while (!run(script, arguments).asBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the page does not: "
                + script
                + " "
                + List.of(arguments)
                + "\nIt shows: "
                + text()
                + "\nIts errors: "
                + errors());
      }
      Thread.sleep(POLL.toMillis());
    }
  }

  /**
   * Shows the page as on another screen.
   *
   * @param width its width, in CSS pixels
   * @param height its height, in CSS pixels
   * @param dark whether its user likes dark colours
   */
  public void screen(int width, int height, boolean dark) throws IOException, InterruptedException {
    devTools(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < height));
    Map<String, String> scheme =
        Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light");
    devTools("Emulation.setEmulatedMedia", Map.of("features", List.of(scheme)));
  }

  /** Shows pages loaded from now on as in a time zone, such as {@code Asia/Kolkata}. */
  public void zone(String zone) throws IOException, InterruptedException {
    devTools("Emulation.setTimezoneOverride", Map.of("timezoneId", zone));
  }

  /** What the page tells a screen reader now; text within these is left out. */
  public List<Accessible> accessible() throws IOException, InterruptedException {
    JsonNode nodes = devTools("Accessibility.getFullAXTree", Map.of()).path("nodes");
    Map<String, JsonNode> byId = new HashMap<>();
    nodes.forEach(node -> byId.put(node.path("nodeId").asText(), node));
    List<Accessible> told = new ArrayList<>();
    for (JsonNode node : nodes) {
      String role = node.path("role").path("value").asText();
      if (!node.path("ignored").asBoolean() && !TEXTS.contains(role)) {
        String name = node.path("name").path("value").asText();
        told.add(new Accessible(role, name, live(node, byId), property(node, "level")));
      }
    }
    return told;
  }

  /** Only the element itself says so, not those in it. */
  private static String live(JsonNode node, Map<String, JsonNode> byId) {
    for (JsonNode each = node; each != null; each = byId.get(each.path("parentId").asText())) {
      String live = property(each, "live");
      if (!live.isEmpty()) {
        return live;
      }
    }
    return "";
  }

  private static String property(JsonNode node, String name) {
    for (JsonNode property : node.path("properties")) {
      if (property.path("name").asText().equals(name)) {
        return property.path("value").path("value").asText();
      }
    }
    return "";
  }

  /** Presses a key that is no character, such as {@code Tab}, and lets it go. */
  public void press(String key, int code) throws IOException, InterruptedException {
    for (String type : List.of("rawKeyDown", "keyUp")) {
      devTools(
          "Input.dispatchKeyEvent",
          Map.of("type", type, "key", key, "code", key, "windowsVirtualKeyCode", code));
    }
  }

  /**
   * Puts two fingers on the page, moves them apart or together, and lifts them.
   *
   * @param x where the middle between them is, in CSS pixels from the left
   * @param y the same from the top
   * @param from how far each is from the middle at first
   * @param to how far at last
   */
  public void pinch(int x, int y, int from, int to) throws IOException, InterruptedException {
    touch("touchStart", List.of(finger(0, x - from, y), finger(1, x + from, y)));
    touch("touchMove", List.of(finger(0, x - to, y), finger(1, x + to, y)));
    touch("touchEnd", List.of());
  }

  private static Map<String, Integer> finger(int id, int x, int y) {
    return Map.of("id", id, "x", x, "y", y);
  }

  private void touch(String type, List<Map<String, Integer>> fingers)
      throws IOException, InterruptedException {
    devTools("Input.dispatchTouchEvent", Map.of("type", type, "touchPoints", fingers));
  }

  private JsonNode devTools(String command, Map<String, Object> parameters)
      throws IOException, InterruptedException {
    return send(
        "POST", session + "/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
  }

  /** Errors that the page has logged since they were asked for last. */
  public List<String> errors() throws IOException, InterruptedException {
    List<String> errors = new ArrayList<>();
    for (JsonNode entry : send("POST", session + "/se/log", Map.of("type", "browser"))) {
      if (entry.path("level").asText().equals("SEVERE")) {
        errors.add(entry.path("message").asText());
      }
    }
    return errors;
  }

  private JsonNode send(String method, String path, @Nullable Object body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(mapper.writeValueAsString(body)))
            .build();
    JsonNode value =
        mapper.readTree(http.send(request, BodyHandlers.ofString()).body()).path("value");
    if (value.has("error")) {
      throw new IOException(value.path("error").asText() + ": " + value.path("message").asText());
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    try {
      send("DELETE", session, null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      driver.destroy();
    }
  }
}
