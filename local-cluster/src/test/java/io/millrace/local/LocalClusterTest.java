package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.local.host.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command says before it starts anything. */
class LocalClusterTest {
  @TempDir static Path jarDirectory;

  @TempDir Path directory;

  private static Path jar;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeAll
  static void buildJar() throws IOException {
    jar = RelayJobJar.build(jarDirectory);
  }

  @Test
  void run_list_printsEveryJob() {
    assertThat(run("list")).isZero();
    assertThat(printed())
        .contains("relay\n  Does what goes in come out, 100% of it?\n")
        .contains("in      web.requests")
        .contains("out     heavy-hitters.rankings, heavy-hitters.late, web.requests.dlq")
        .contains("stores  redis");
  }

  @Test
  void run_help_printsOptionsOfRunAndJob() {
    assertThat(run("relay", "--help")).isZero();
    assertThat(printed())
        .contains("100% of it?")
        .contains("--input=<topic>=<file>")
        .contains("--checkpoint=<duration>")
        .contains("  window (duration), default 5m\n      Size.\n")
        .contains("  fail-on (string)\n")
        .doesNotContain("  bootstrap");
    assertThat(run("--help")).isZero();
  }

  @Test
  void run_unknownJob_namesTheNearest() {
    assertUsage("no job 'relly'; did you mean relay?", "relly");
  }

  @Test
  void run_unknownOption_isNamed() {
    assertUsage("Unknown option: '--bonded'", "relay", "--bonded");
    assertUsage("'5' is not a duration", "relay", "--checkpoint", "5");
    assertUsage("'0' is not a rate", "relay", "--rate", "0");
    assertUsage("neither rocksdb nor hashmap", "relay", "--state", "disk");
    assertUsage("parallelism must be from 1 to 128", "relay", "--parallelism", "0");
  }

  @Test
  void run_benchmark_refusesWhatItCannotMeasure() {
    assertUsage("name a benchmark; there are floor, heavy-hitters", "bench");
    assertUsage("no benchmark 'flor'; there are floor, heavy-hitters", "bench", "flor");
    assertUsage("must be at least 1", "bench", "floor", "--rounds", "0");
    assertUsage("must be a multiple of 10", "bench", "floor", "--records", "-10");
    assertUsage("must be a multiple of 10", "bench", "floor", "--records", "15");
    assertUsage(
        "no program 'flink-sq' in heavy-hitters",
        "bench",
        "heavy-hitters",
        "--only",
        "floor,flink-sq");
    assertUsage("must not be negative", "bench", "floor", "--warm-ups", "-1");
    assertUsage("Unknown option: '--bounded'", "bench", "floor", "--bounded");
    assertThat(run("bench", "--help")).isZero();
    assertThat(printed().replaceAll("\\s+", " "))
        .contains("--rounds=<n>")
        .contains(
            "poison, trending-songs, rate-counting, reconciliation, log-ingestion, location-fanout,"
                + " adapters, state or sinks");
  }

  @Test
  void run_replay_refusesWhatItCannotDo() {
    assertUsage("name the topic of dead letters", "replay");
    assertUsage("name the brokers: replay web.requests.dlq", "replay", "web.requests.dlq");
    assertUsage("Unknown option: '--topic'", "replay", "--topic", "x");
  }

  @Test
  void run_dashboard_refusesWhatCannotBe() throws IOException {
    assertUsage("name the brokers: dashboard --bootstrap <host:port>", "dashboard");
    assertUsage("Unknown options: '--topic', 'x'", "dashboard", "--topic", "x");
    assertUsage("must be like http://host:8081", "dashboard", "--flink", "host:8081");
    assertUsage("needs a token", "relay", "--dashboard-host", "0.0.0.0");
    assertUsage("from 0 to 65535", "relay", "--dashboard-port", "70000");
    Path token = Files.writeString(directory.resolve("token"), "short\n");
    assertUsage("at least 16 letters", "relay", "--dashboard-token-file", token.toString());
    assertUsage("give both --dashboard-keystore", "relay", "--dashboard-keystore", "a.p12");
    assertUsage("(--dashboard-token-file)", "relay", "--dashboard-token-file", directory + "/none");
    assertThat(run("dashboard", "--help")).isZero();
    assertThat(printed()).contains("--bootstrap=<host:port>").contains("--open");
    assertThat(run("relay", "--help")).isZero();
    assertThat(printed()).contains("--dashboard-port=<port>").contains("--no-dashboard");
  }

  @Test
  void run_takenDashboardPort_isRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      assertUsage("port " + port + " is taken", "relay", "--dashboard-port", port);
    }
  }

  @Test
  void run_unknownSetting_namesTheValidOnes() {
    assertUsage(
        "unknown option 'windows' of relay; valid: fail-on, window",
        "relay",
        "--set",
        "windows=1m");
    assertUsage("must be <option>=<value>", "relay", "--set", "window");
    assertUsage("given twice", "relay", "--set", "window=1m", "--set", "window=2m");
    assertUsage("the local cluster sets it", "relay", "--set", "bootstrap=x:1");
    assertUsage("can't read --set properties-file=", "relay", "--set", "properties-file=no.file");
  }

  @Test
  void settings_withAFileOfMore_winOverIt() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("job.properties"),
            "window=2m\nfail-on=x\nbootstrap=b:1\nkafka.linger.ms=5\nstores=redis\n");
    JobCatalogue.Job job = JobCatalogue.read(jar).byName("relay").orElseThrow();

    assertThat(RunPlan.settings(job, List.of("window=1m", "properties-file=" + file), true))
        .isEqualTo(Map.of("window", "1m", "fail-on", "x", "kafka.linger.ms", "5"));
    Files.writeString(file, "windows=1m");
    assertUsage("unknown option 'windows'", "relay", "--set", "properties-file=" + file);
  }

  @Test
  void run_unusableInput_saysWhy() throws IOException {
    assertUsage("no such file", "relay", "--input", "web.requests=" + directory.resolve("no.csv"));
    assertUsage("does not read topic x; it reads web.requests", "relay", "--input", "x=a.csv");
    assertUsage("must be <topic>=<file>", "relay", "--input", "web.requests");
    assertUsage("need an --input", "relay", "--time-zone", "UTC");
    Path csv = Files.writeString(directory.resolve("a.csv"), "a,b\n1,2\n");
    assertUsage("none of the columns (a, b)", "relay", "--input", "web.requests=" + csv);
    assertUsage("is not a file; name the file", "relay", "--input", "web.requests=" + directory);
  }

  @Test
  void run_mapThatIsOfNoFileOrTwice_isRefused() throws IOException {
    Path csv = Files.writeString(directory.resolve("a.csv"), "when,client\n1,2\n");
    String input = "web.requests=" + csv;
    assertUsage(
        "is of no --input; add --input logs.raw=<file>",
        "relay",
        "--input",
        input,
        "--map",
        "logs.raw.line=x");
    assertUsage(
        "--map web.requests.at is given twice",
        "relay",
        "--input",
        input,
        "--map",
        "web.requests.at=when",
        "--map",
        "web.requests.at=client");
  }

  @Test
  void run_taskManagersThatCannotBe_areRefused() {
    assertUsage("--taskmanagers needs --processes", "relay", "--taskmanagers", "2");
    assertUsage("1 to 32 TaskManagers", "relay", "--processes", "--taskmanagers", "0");
    assertUsage("1 to 32 TaskManagers", "relay", "--processes", "--taskmanagers", "-1");
  }

  @Test
  void parallelism_thatNoJobCanHave_isRefused() throws Exception {
    assertThat(StandingOptions.parallelism(null, 3)).isEqualTo(3);
    assertThat(StandingOptions.parallelism(128, 3)).isEqualTo(128);
    for (int each : List.of(0, -1, 129)) {
      assertThatThrownBy(() -> StandingOptions.parallelism(each, 3))
          .isInstanceOf(UsageException.class)
          .hasMessage("the parallelism must be from 1 to 128, found " + each);
    }
  }

  @Test
  void help_verbsWithoutOptions_isPrinted() {
    assertThat(run("list", "--help")).isZero();
    assertThat(run("chaos", "--help")).isZero();
    assertThat(run("flink", "--help")).isZero();
    assertThat(run("feed", "--help")).isZero();
    assertThat(printed())
        .contains("Usage: local-cluster/run list")
        .contains("Usage: local-cluster/run chaos <job>")
        .contains("Usage: local-cluster/run flink <action>")
        .contains("--map=<topic>.<field>=<column>");
    assertThat(err.toString(UTF_8)).isEmpty();
  }

  @Test
  void chaos_thatCannotBe_saysWhy() {
    assertUsage("chaos needs a job", "chaos");
    assertUsage("no job 'relly'; did you mean relay?", "chaos", "relly");
    assertUsage("there is no oracle for relay yet; chaos can try file-export", "chaos", "relay");
    assertUsage("no fault such as '31.5s kill", "chaos", "relay", "--schedule", "now kill broker");
    assertThat(run("chaos", "relay", "--help")).isZero();
    assertThat(printed()).contains("--schedule=<faults or file>").contains("--kills=<n>");
  }

  @Test
  void query_thatCannotBe_saysWhy() {
    assertUsage("query logs", "query");
    assertUsage("query logs", "query", "plays");
    assertUsage("query logs --opensearch <host:port>", "query", "logs");
    assertUsage("retention logs", "retention", "plays");
    assertUsage("--archive <directory>", "retention", "logs");
    assertUsage(
        "retention logs --opensearch <host:port>", "retention", "logs", "--archive", "none");
    assertUsage(
        "no directory of an archive",
        "retention",
        "logs",
        "--archive",
        "none",
        "--opensearch",
        "localhost:1");
    assertUsage("from 0 to 36500", "retention", "logs", "--archive", "none", "--keep=-1");
    assertUsage("there is no level \"LOUD\"", "query", "logs", "--level", "LOUD");
    assertUsage("text may be given once", "query", "logs", "--text", "a", "--text", "b");
    assertUsage("like host:9200", "query", "logs", "--opensearch", "http://u:p@a:1");
    assertUsage("belong together", "query", "logs", "--opensearch", "127.0.0.1:9", "--user", "app");
    assertUsage("Unknown option", "query", "logs", "--grep", "a");
    assertThat(run("query", "--help")).isZero();
    assertThat(printed()).contains("--field=<name>=<value>").contains("--opensearch=<host:port>");
  }

  @Test
  void chaos_sinksThatCannotBe_saysWhy() {
    assertUsage(
        "--store knows no 'mysql'; there are redis, postgres, cassandra, opensearch, s3, all",
        "chaos",
        "sinks",
        "--store",
        "redis,mysql");
    assertUsage("--outage knows no 'slow'", "chaos", "sinks", "--outage", "slow");
    assertUsage("must be from 5s to 90s", "chaos", "sinks", "--lasting", "2m");
    assertUsage("must be at least 100000", "chaos", "sinks", "--rows", "10");
    assertThat(run("chaos", "sinks", "--help")).isZero();
    assertThat(printed()).contains("--outage=<outage>").contains("--store=<store>");
  }

  @Test
  void run_boundedWithoutEnd_isRefused() {
    assertUsage("--bounded needs an end", "relay", "--bounded");
  }

  @Test
  void run_outputNotEmpty_isRefused() throws IOException {
    Path output = Files.createDirectory(directory.resolve("out"));
    Path file = Files.createFile(output.resolve("old"));
    assertUsage("is not empty", "relay", "--output", output.toString());
    assertUsage("is not a directory", "relay", "--output", file.toString());
    assertUsage("is not a directory", "relay", "--output", file + "/sub");
    assertUsage("names no directory", "relay", "--output", "");
  }

  @Test
  void run_takenPort_isRefused() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());
      assertUsage("port " + port + " is taken", "relay", "--port", port);
    }
  }

  @Test
  void run_jarMissing_saysHowToBuildIt() {
    Surroundings nowhere =
        new Surroundings(
            directory.resolve("no.jar"), directory.resolve("base"), false, StopSignal::manual);
    int code =
        LocalCluster.run(
            new String[] {"list"},
            new PrintStream(out, true, UTF_8),
            new PrintStream(err, true, UTF_8),
            nowhere);
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("the jobs jar is missing").contains("mvn");
  }

  @Test
  void base_environment_decides() {
    assertThat(Surroundings.base(Map.of("MILLRACE_HOME", "/x", "TMPDIR", "/y"), "ann"))
        .isEqualTo(Path.of("/x"));
    assertThat(Surroundings.base(Map.of("TMPDIR", "/y"), "ann"))
        .isEqualTo(Path.of("/y/millrace-ann"));
    assertThat(Surroundings.base(Map.of(), "ann")).isEqualTo(Path.of("/tmp/millrace-ann"));
  }

  private void assertUsage(String expected, String... args) {
    err.reset();
    assertThat(run(args)).isEqualTo(2);
    assertThat(err.toString(UTF_8).lines()).singleElement().asString().contains(expected);
    assertThat(directory.resolve("base")).doesNotExist();
  }

  private String printed() {
    return out.toString(UTF_8);
  }

  private int run(String... args) {
    Surroundings surroundings =
        new Surroundings(jar, directory.resolve("base"), false, StopSignal::manual);
    return LocalCluster.run(
        args, new PrintStream(out, true, UTF_8), new PrintStream(err, true, UTF_8), surroundings);
  }
}
