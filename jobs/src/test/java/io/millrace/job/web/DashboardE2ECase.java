package io.millrace.job.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard of a real run of a real job, as its page is told. */
class DashboardE2ECase {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Pattern ADDRESS = Pattern.compile("dashboard: (http://\\S+)");

  /** Rows of a ranking: so many different paths the feed has in any window. */
  private static final int K = 50;

  @TempDir private Path directory;

  private Process run;
  private Thread reader;
  private final BlockingQueue<URI> addresses = new LinkedBlockingQueue<>();

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

  @BeforeEach
  void start() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                "../local-cluster/run",
                "heavy-hitters",
                "--processes",
                "--no-stores",
                "--rate",
                "500",
                "--set",
                "window=2s",
                "--set",
                "k=" + K)
            .redirectErrorStream(true);
    builder.environment().put("MILLRACE_HOME", directory.resolve("home").toString());
    run = builder.start();
    reader = new Thread(this::readOutput, "run-output");
    reader.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (run.isAlive()) {
      run.destroyForcibly().waitFor();
    }
    reader.join();
  }

  @Test
  void page_ofARunningJob_movesShowsACrashAndGoesOn() throws Exception {
    URI address = addresses.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    assertThat(address).isNotNull();
    Page page = Page.open(address);
    await().atMost(LIMIT).until(() -> page.rows.size() == K && page.runsWholly());
    long window = page.latestWindow();
    await().atMost(LIMIT).until(() -> page.latestWindow() > window);
    assertThat(page.job.path("name").asText()).isEqualTo("heavy-hitters");
    assertThat(page.job.path("records").asLong()).isPositive();

    Page late = Page.open(address);
    await().atMost(LIMIT).until(() -> late.rows.size() == K);

    run.descendants()
        .filter(DashboardE2ECase::isTaskManager)
        .forEach(ProcessHandle::destroyForcibly);
    await().atMost(LIMIT).until(() -> !page.runsWholly() && page.job.path("lag").asLong() > 0);
    await().atMost(LIMIT).until(() -> !page.job.path("failure").asText().isEmpty());
    long crashed = page.latestWindow();
    await().atMost(LIMIT).until(() -> page.runsWholly() && page.latestWindow() > crashed);
    assertThat(page.job.path("checkpointedAt").asLong()).isPositive();

    run.destroy();
    assertThat(run.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(run.exitValue()).isZero();
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

  private void readOutput() {
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
