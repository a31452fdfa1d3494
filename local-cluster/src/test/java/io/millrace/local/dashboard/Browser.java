package io.millrace.local.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.host.FreePorts;
import java.io.File;
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
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/**
 * Chromium without a window, driven over the WebDriver protocol. Where Chromium or its driver is
 * not installed, the test that asks for it is skipped, and a line says so.
 */
final class Browser implements AutoCloseable {
  private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  private final HttpClient http = HttpClient.newHttpClient();
  private final ObjectMapper mapper = new ObjectMapper();
  private final Process driver;
  private final String address;
  private String session = "";

  private Browser(Process driver, String address) {
    this.driver = driver;
    this.address = address;
  }

  /** Starts one; skips the test where there is none. */
  static Browser start() throws IOException, InterruptedException {
    if (!Files.isExecutable(DRIVER) || !Files.isExecutable(CHROMIUM)) {
      String notice =
          "skipped: the dashboard's pages are tested with Chromium, which is not installed"
              + " (Debian: apt install chromium chromium-driver)";
      System.out.println(notice);
      Assumptions.abort(notice);
    }
    int port = FreePorts.find();
    Process driver =
        new ProcessBuilder(DRIVER.toString(), "--port=" + port)
            .redirectErrorStream(true)
            .redirectOutput(new File("/dev/null"))
            .start();
    Browser browser = new Browser(driver, "http://127.0.0.1:" + port);
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .until(() -> browser.send("GET", "/status", null).path("ready").asBoolean());
      browser.session =
          "/session/" + browser.send("POST", "/session", wanted()).path("sessionId").asText();
    } catch (IOException | RuntimeException e) {
      driver.destroyForcibly();
      throw e;
    }
    return browser;
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
  void open(String url) throws IOException, InterruptedException {
    send("POST", session + "/url", Map.of("url", "about:blank"));
    send("POST", session + "/url", Map.of("url", url));
  }

  /** What a script in the page returns. */
  JsonNode run(String script, Object... arguments) throws IOException, InterruptedException {
    return send(
        "POST", session + "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
  }

  /** The text that a person sees in the main part. */
  String text() throws IOException, InterruptedException {
    return run("return document.querySelector('main').innerText").asText();
  }

  /** Waits until a person sees a text. */
  void awaitText(String expected) {
    awaitThat("return document.body.innerText.includes(arguments[0])", expected);
  }

  /** Waits until a script returns true. */
  void awaitThat(String script, Object... arguments) {
    Awaitility.await(script)
        .atMost(Duration.ofSeconds(60))
        .until(() -> run(script, arguments).asBoolean());
  }

  /** Errors that the page has logged since they were asked for last. */
  List<String> errors() throws IOException, InterruptedException {
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
