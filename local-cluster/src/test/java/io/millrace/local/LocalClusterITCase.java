package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.host.FreePorts;
import io.millrace.local.host.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalClusterITCase {
  @TempDir static Path jarDirectory;

  @TempDir Path directory;

  private static Path jar;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final StopSignal stop = StopSignal.manual();

  @BeforeAll
  static void buildJar() throws IOException {
    jar = RelayJobJar.build(jarDirectory);
  }

  @AfterEach
  void leavesNoRunDirectory() throws IOException {
    Path base = directory.resolve("base");
    if (Files.exists(base)) {
      try (Stream<Path> left = Files.list(base)) {
        assertThat(left.filter(path -> !path.endsWith("logs"))).isEmpty();
      }
    }
  }

  @Test
  void run_boundedFiles_writesEveryLineToOutput() throws Exception {
    Path requests = directory.resolve("requests.jsonl.gz");
    List<byte[]> lines = lines();
    try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(requests))) {
      for (byte[] line : lines) {
        file.write(line);
        file.write('\n');
      }
    }
    Path csv = Files.writeString(directory.resolve("more.csv"), "at,client,path\n7,c,\"/a,b\"\n");
    Path output = directory.resolve("out");

    int code =
        run(
            "relay",
            "--bounded",
            "--input",
            "web.requests=" + requests,
            "--input",
            "web.requests=" + csv,
            "--output",
            output.toString());

    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(code).isZero();
    assertThat(Files.readString(output.resolve("heavy-hitters.rankings.jsonl")).lines())
        .hasSize(lines.size() + 1)
        .contains("{\"at\":1,\"client\":\"c\",\"path\":\"/0\"}")
        .contains("{\"at\":7,\"client\":\"c\",\"path\":\"/a,b\"}");
    assertThat(output.resolve("heavy-hitters.late.jsonl")).isEmptyFile();
    assertThat(output.resolve("web.requests.dlq.jsonl")).isEmptyFile();
    assertThat(out.toString(UTF_8))
        .containsPattern("records in +1,001\n")
        .containsPattern("rows out +1,001  heavy-hitters.rankings\n");
  }

  @Test
  void run_boundedFeed_endsWithItsRecords() {
    int code =
        run(
            "relay",
            "--bounded",
            "--rate",
            "500/s",
            "--duration",
            "2s",
            "--no-stores",
            "--state",
            "hashmap");

    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(code).isZero();
    assertThat(out.toString(UTF_8)).containsPattern("records in +1,000\n");
  }

  @Test
  void run_liveFeedStopped_endsCleanly() throws Exception {
    FutureTask<Integer> live = new FutureTask<>(() -> run("relay", "--rate", "200"));
    new Thread(live, "live-run").start();
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> live.isDone() || out.toString(UTF_8).matches("(?s).*records in [1-9].*"));
    stop.request();

    assertThat(live.get()).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
    assertThat(out.toString(UTF_8))
        .contains("relay stopped after")
        .containsPattern("dashboard: http://127\\.0\\.0\\.1:\\d+/\n")
        .contains("Flink's web UI: http://");
  }

  @Test
  void run_dashboardOfOwnKafka_servesUntilItIsStopped() throws Exception {
    String nowhere = "127.0.0.1:" + FreePorts.find();
    FutureTask<Integer> command = new FutureTask<>(() -> run("dashboard", "--bootstrap", nowhere));
    new Thread(command, "dashboard").start();
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> command.isDone() || out.toString(UTF_8).contains("Ctrl-C stops it"));
    String address =
        out.toString(UTF_8).lines().findFirst().orElseThrow().replace("dashboard: ", "");
    HttpResponse<String> page =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString());
    stop.request();

    assertThat(page.body()).contains("<title>Millrace</title>");
    assertThat(command.get()).isZero();
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void run_jobFails_exitsWithCause() {
    int code = run("relay", "--rate", "200", "--set", "fail-on=/");

    assertThat(code).isEqualTo(1);
    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .contains("relay failed: IllegalStateException: told to fail on /");
  }

  @Test
  void run_jobRefusesOption_exitsWithUsage() {
    Path output = directory.resolve("out");
    int code = run("relay", "--rate", "200", "--set", "window=soon", "--output", output.toString());

    assertThat(code).isEqualTo(2);
    assertThat(output).doesNotExist();
    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .contains("relay: invalid value for --window: \"soon\"");
  }

  @Test
  void run_truncatedGzip_exitsWithUsage() throws Exception {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(whole)) {
      for (byte[] line : lines()) {
        gzip.write(line);
        gzip.write('\n');
      }
    }
    Path cut = directory.resolve("cut.jsonl.gz");
    Files.write(cut, Arrays.copyOf(whole.toByteArray(), whole.size() / 2));

    int code = run("relay", "--bounded", "--input", "web.requests=" + cut);

    assertThat(code).isEqualTo(2);
    assertThat(err.toString(UTF_8).lines())
        .singleElement()
        .asString()
        .contains("cut.jsonl.gz")
        .contains("ends early");
  }

  private static List<byte[]> lines() {
    List<byte[]> lines = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      String json = "{\"at\":1,\"client\":\"c\",\"path\":\"/" + i + "\"}";
      lines.add(json.getBytes(UTF_8));
    }
    return lines;
  }

  private int run(String... args) {
    Surroundings surroundings = new Surroundings(jar, directory.resolve("base"), false, () -> stop);
    return LocalCluster.run(
        args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), surroundings);
  }
}
