package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.browser.Browser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a real run of a real job, as its page is told. */
class DashboardE2ECase {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Pattern ADDRESS = Pattern.compile("dashboard: (http://\\S+)");

  /** Rows of a ranking: so many different paths the feed has in any window. */
  private static final int K = 50;

  /** What the page says of the job, as variables of a script. */
  private static final String STATE =
      "const job = [...document.querySelectorAll('main tbody tr')]"
          + ".find((row) => row.cells[0].textContent === 'heavy-hitters');"
          + " const state = job?.cells[1].textContent;"
          + " const records = job?.cells[2].textContent;"
          + " const restarts = Number(job?.cells[8].textContent); ";

  private static final String WINDOW = "return document.querySelector('main .note').textContent";

  private static final BlockingQueue<URI> addresses = new LinkedBlockingQueue<>();

  @TempDir private static Path directory;

  private static Process run;
  private static Thread reader;
  private static URI address;

  /** A page: keeps what the server tells. */
  private static final class Page {
    private final Map<String, JsonNode> rows = new ConcurrentHashMap<>();
    private volatile JsonNode job = new ObjectMapper().createObjectNode();

    static Page open(URI address) {
      Page page = new Page();
      Thread thread = new Thread(() -> page.read(address), "page");
      thread.setDaemon(true);
      thread.start();
      return page;
    }

    private void read(URI address) {
      URI stream = address.resolve("/api/stream?topics=heavy-hitters.live");
      try (Stream<String> lines =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(stream).build(), BodyHandlers.ofLines())
              .body()) {
        lines.filter(line -> line.startsWith("data:")).forEach(line -> apply(line.substring(5)));
      } catch (IOException | UncheckedIOException e) {
        // The run has ended, and with it the stream.
        job = new ObjectMapper().createObjectNode();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void apply(String json) {
      JsonNode message;
      try {
        message = new ObjectMapper().readTree(json);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (JsonNode row : message.path("tables").path(0).path("rows")) {
        if (row.path(1).isNull()) {
          rows.remove(row.path(0).asText());
        } else {
          rows.put(row.path(0).asText(), row.path(1).path("data"));
        }
      }
      JsonNode found = message.path("status").path("flink").path("jobs").path(0);
      if (!found.isMissingNode()) {
        job = found;
      }
    }

    long latestWindow() {
      return rows.values().stream()
          .mapToLong(row -> row.path("windowEnd").asLong())
          .max()
          .orElse(0);
    }

    boolean runsWholly() {
      return job.path("state").asText().equals("RUNNING")
          && job.path("tasks").asInt() > 0
          && job.path("tasks").asInt() == job.path("tasksRunning").asInt();
    }
  }

  @BeforeAll
  static void start() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path opener = bin.resolve("xdg-open");
    Files.writeString(opener, "#!/bin/sh\nprintf '%s' \"$1\" > " + opened() + "\n");
    assertThat(opener.toFile().setExecutable(true)).isTrue();
    ProcessBuilder builder =
        new ProcessBuilder(
                "../local-cluster/run",
                "heavy-hitters",
                "--processes",
                "--no-stores",
                "--open",
                "--rate",
                "500",
                "--set",
                "window=2s",
                "--set",
                "k=" + K)
            .redirectErrorStream(true);
    builder.environment().put("MILLRACE_HOME", directory.resolve("home").toString());
    builder.environment().merge("PATH", bin.toString(), (path, own) -> own + ":" + path);
    run = builder.start();
    reader = new Thread(DashboardE2ECase::readOutput, "run-output");
    reader.start();
    URI found = addresses.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(found).as("the address that the run prints").isNotNull();
    address = found;
  }

  private static Path opened() {
    return directory.resolve("opened");
  }

  @AfterAll
  static void stop() throws Exception {
    run.destroy();
    boolean ended = run.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (!ended) {
      run.destroyForcibly().waitFor();
    }
    reader.join();
    assertThat(ended).as("whether the run stopped when asked to").isTrue();
    assertThat(run.exitValue()).isZero();
  }

  @Test
  void open_browser_isGivenTheAddress() {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(opened()).content().isEqualTo(address.toString()));
  }

  @Test
  void page_ofARunningJob_movesShowsACrashAndGoesOn() {
    Page page = Page.open(address);
    await().atMost(LIMIT).until(() -> page.rows.size() == K && page.runsWholly());
    long window = page.latestWindow();
    await().atMost(LIMIT).until(() -> page.latestWindow() > window);
    assertThat(page.job.path("name").asText()).isEqualTo("heavy-hitters");
    await().atMost(LIMIT).until(() -> page.job.path("records").asLong() > 0);

    Page late = Page.open(address);
    await().atMost(LIMIT).until(() -> late.rows.size() == K);

    killTaskManagers();
    await().atMost(LIMIT).until(() -> !page.runsWholly() && page.job.path("lag").asLong() > 0);
    await().atMost(LIMIT).until(() -> !page.job.path("failure").asText().isEmpty());
    long crashed = page.latestWindow();
    await().atMost(LIMIT).until(() -> page.runsWholly() && page.latestWindow() > crashed);
    // After a restart Flink knows none until the next one is complete.
    await().atMost(LIMIT).until(() -> page.job.path("checkpointedAt").asLong() > 0);
  }

  @Test
  void overview_inABrowser_showsACrashAndGoesOn() throws Exception {
    if (!Browser.isInstalled()) {
      System.out.println("skipped: " + Browser.MISSING);
      Assumptions.abort(Browser.MISSING);
    }
    try (Browser browser = Browser.start()) {
      browser.open(address + "#/overview");
      browser.awaitThat(STATE + "return state === 'RUNNING'");
      browser.awaitText("web.requests");
      killTaskManagers();
      browser.awaitThat(STATE + "return state !== 'RUNNING'");
      browser.awaitText("heavy-hitters failed last with");
      browser.awaitThat(STATE + "return state === 'RUNNING' && restarts > 0");
      String records = browser.run(STATE + "return records").asText();
      browser.awaitThat(STATE + "return records !== arguments[0]", records);

      browser.open(address + "#/heavy-hitters");
      browser.awaitThat("return document.querySelectorAll('main tbody tr').length === " + K);
      String window = browser.run(WINDOW).asText();
      browser.awaitThat("return (() => { " + WINDOW + " })() !== arguments[0]", window);
      assertThat(browser.errors()).isEmpty();
    }
  }

  private static void killTaskManagers() {
    run.descendants()
        .filter(DashboardE2ECase::isTaskManager)
        .forEach(ProcessHandle::destroyForcibly);
  }

  /** Java cuts a command line after 4,096 characters, before the name of the main class. */
  private static boolean isTaskManager(ProcessHandle process) {
    try {
      return Files.readString(Path.of("/proc", String.valueOf(process.pid()), "cmdline"))
          .contains("TaskManagerRunner");
    } catch (IOException e) {
      return false;
    }
  }

  private static void readOutput() {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        Matcher matcher = ADDRESS.matcher(line);
        if (matcher.matches()) {
          addresses.add(URI.create(matcher.group(1)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
