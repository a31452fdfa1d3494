package io.millrace.job.web;

import static io.millrace.job.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.Commands;
import io.millrace.local.browser.Browser;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a real run of a real job, as its page is told. */
class DashboardE2ECase {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private static final String TOPIC = "heavy-hitters.live";

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

  @TempDir private static Path directory;

  private static Commands.Running run;
  private static URI address;

  @BeforeAll
  static void start() throws Exception {
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path opener = bin.resolve("xdg-open");
    Files.writeString(opener, "#!/bin/sh\nprintf '%s' \"$1\" > " + opened() + "\n");
    assertThat(opener.toFile().setExecutable(true)).isTrue();
    Commands commands = new Commands(directory.resolve("home"));
    commands.set("PATH", bin + ":" + System.getenv("PATH"));
    run =
        commands.start(
            "heavy-hitters",
            "--processes",
            "--no-stores",
            "--open",
            "--rate",
            "500",
            "--set",
            "window=2s",
            "--set",
            "k=" + K);
    address = URI.create(run.await("dashboard: (http://\\S+)"));
  }

  private static Path opened() {
    return directory.resolve("opened");
  }

  @AfterAll
  static void stop() throws Exception {
    try (Commands.Running ending = run) {
      succeed(ending.stop());
    }
  }

  @Test
  void open_browser_isGivenTheAddress() {
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(opened()).content().isEqualTo(address.toString()));
  }

  @Test
  void page_ofARunningJob_movesShowsACrashAndGoesOn() {
    StreamedPage page = StreamedPage.open(address, TOPIC);
    await().atMost(LIMIT).until(() -> page.rows() == K && runsWholly(page));
    long window = page.latestWindow();
    await().atMost(LIMIT).until(() -> page.latestWindow() > window);
    assertThat(job(page).path("name").asText()).isEqualTo("heavy-hitters");
    await().atMost(LIMIT).until(() -> job(page).path("records").asLong() > 0);

    StreamedPage late = StreamedPage.open(address, TOPIC);
    await().atMost(LIMIT).until(() -> late.rows() == K);

    killTaskManagers();
    await()
        .atMost(LIMIT)
        .until(
            () ->
                !runsWholly(page)
                    && job(page).path("lag").asLong() > 0
                    && job(page).path("checkpointedAt").asLong() > 0);
    await().atMost(LIMIT).until(() -> !job(page).path("failure").asText().isEmpty());
    long crashed = page.latestWindow();
    await().atMost(LIMIT).until(() -> runsWholly(page) && page.latestWindow() > crashed);
  }

  private static JsonNode job(StreamedPage page) {
    return page.status().path("flink").path("jobs").path(0);
  }

  private static boolean runsWholly(StreamedPage page) {
    JsonNode job = job(page);
    return job.path("state").asText().equals("RUNNING")
        && job.path("tasks").asInt() > 0
        && job.path("tasks").asInt() == job.path("tasksRunning").asInt();
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
      browser.awaitThat(
          "return /heavy-hitters failed [\\d.]+ m?s ago: .+\\. (Flink restarts it|It runs again)/"
              + ".test(document.body.innerText)");
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
}
