package io.millrace.job.web;

import static io.millrace.job.Commands.succeed;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.job.Commands;
import io.millrace.job.Commands.Ended;
import io.millrace.local.fault.RankingOracle;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The newcomer's command as a process of its own, with the jar that a real cluster gets. */
class LocalClusterE2ECase {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MINUTE = 60_000;

  @TempDir private Path directory;

  private Commands commands;

  @BeforeEach
  void start() {
    commands = new Commands(directory.resolve("home"));
  }

  @Test
  void boundedRun_onALog_writesTheRecountAndTheInvalidLine() throws Exception {
    List<String> log = AccessLog.generated();
    Path input = directory.resolve("access.log.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(input))) {
      out.write((String.join("\n", log) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    RankingOracle oracle = new RankingOracle(MINUTE, MINUTE, 10);
    log.forEach(
        line ->
            AccessLog.parse(line)
                .ifPresent(request -> oracle.add("path", request.at(), request.path(), 1)));
    Path output = directory.resolve("out");

    Ended ended =
        commands.run(
            "heavy-hitters",
            "--bounded",
            "--input",
            "web.requests=" + input,
            "--set",
            "window=1m",
            "--set",
            "k=10",
            "--set",
            "max-out-of-orderness=1m",
            "--output",
            output.toString());

    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(RankingOracle.published(rows(output, "heavy-hitters.rankings")))
        .isEqualTo(oracle.expected());
    assertThat(rows(output, "heavy-hitters.late")).isEmpty();
    assertThat(rows(output, "web.requests.dlq")).hasSize(1);
    assertThat(directory.resolve("home")).isDirectoryNotContaining("glob:**run-*");
  }

  @Test
  void seededFeed_countsWhatItMade() throws Exception {
    Path output = directory.resolve("out");

    Ended ended =
        commands.run(
            "heavy-hitters",
            "--bounded",
            "--duration",
            "2s",
            "--rate",
            "1000",
            "--seed",
            "7",
            "--state",
            "hashmap",
            "--set",
            "window=1s",
            "--no-stores",
            "--output",
            output.toString());

    assertThat(ended.code()).as(ended.text()).isZero();
    long total = 0;
    for (JsonNode ranking : rows(output, "heavy-hitters.rankings")) {
      total += ranking.get("total").longValue();
    }
    assertThat(total + rows(output, "heavy-hitters.late").size()).isEqualTo(2000);
  }

  @Test
  void benchmark_checksEachRunAndPrintsRatios() throws Exception {
    String text =
        bench(
            "heavy-hitters",
            "--only",
            "floor,heavy-hitters",
            "--warm-ups",
            "1",
            "--records",
            "200000");

    assertThat(text)
        .contains("200,000 requests")
        .containsPattern("heavy-hitters +[\\d,]+ +[\\d.]+\n")
        .containsPattern(
            "heavy-hitters to floor +[\\d.]+ \\([\\d.]+ to [\\d.]+\\), goal 0.95 +[\\d.]+");
    assertThat(directory.resolve("home")).isDirectoryNotContaining("glob:**run-*");
  }

  @Test
  void benchmark_peers_giveTheSameRankings() throws Exception {
    String text =
        bench(
            "heavy-hitters",
            "--only",
            "flink-sql,kafka-streams,heavy-hitters-parsed,flink-sql-parsed",
            "--warm-ups",
            "0",
            "--records",
            "100000");

    assertThat(text)
        .containsPattern("flink-sql +[\\d,]+ +[\\d.]+\n")
        .containsPattern("kafka-streams +[\\d,]+ +[\\d.]+\n")
        .containsPattern("heavy-hitters-parsed to flink-sql-parsed +[\\d.]+ .*goal 8.00");
  }

  @Test
  void benchmark_ofTrendingSongs_checksEveryChart() throws Exception {
    String text =
        bench(
            "trending-songs",
            "--only",
            "exchange,trending-songs,windowed,flink-sql",
            "--warm-ups",
            "0",
            "--records",
            "100000");

    assertThat(text)
        .contains("100,000 plays", "5 regions; 2,000,000 listeners")
        .containsPattern("trending-songs to exchange +[\\d.]+ .*goal 0.60")
        .containsPattern("windowed to flink-sql +[\\d.]+ .*goal 3.00");
  }

  @Test
  void benchmark_ofState_checksEveryCountAndTimesBarriers() throws Exception {
    String text =
        bench(
            "state",
            "--only",
            "zipf-1.1-rocksdb,zipf-1.1-cached",
            "--warm-ups",
            "0",
            "--records",
            "200000");

    assertThat(text)
        .containsPattern("zipf-1.1 +200,000 records, keys drawn from 10,000,000: [\\d,]+ distinct")
        .containsPattern(
            "zipf-1.1-cached to zipf-1.1-rocksdb +[\\d.]+ \\([\\d.]+ to [\\d.]+\\), goal 8.00")
        .containsPattern("zipf-1.1-cached +\\d+ barriers, \\d+ of them for more than 50 ms");
  }

  @Test
  void chaos_killsAndDisturbsEverything_andNothingIsLostOrTwice() throws Exception {
    Ended ended =
        commands.run(
            "chaos",
            "heavy-hitters",
            "--duration",
            "75s",
            "--seed",
            "3",
            "--schedule",
            "10s kill task-manager; 22s kill job-manager; 36s kill broker;"
                + " 48s drop-to-client broker for 4s; 58s kill task-manager");

    assertThat(ended.code()).as(ended.text()).isZero();
    assertThat(ended.text().lines().reduce((first, last) -> last))
        .as(ended.text())
        .hasValueSatisfying(
            verdict ->
                assertThat(verdict)
                    .startsWith("verdict: PASS heavy-hitters: ")
                    .endsWith(" 0 lost, 0 twice, 0 wrong"));
    assertThat(ended.text()).contains("10.0s kill task-manager: taskmanager-");
  }

  @Test
  void mistakes_exit2InOneLineThatSaysWhatIsValid() throws Exception {
    assertRefused("no job", "heavy-hiters");
    assertRefused("valid:", "heavy-hitters", "--set", "windw=1m");
    assertRefused(
        "longer one would leave gaps",
        "heavy-hitters",
        "--bounded",
        "--duration",
        "1s",
        "--set",
        "window=1m",
        "--set",
        "slide=2m");
    assertRefused("no such file", "heavy-hitters", "--input", "web.requests=absent.jsonl");
  }

  private String bench(String name, String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("bench", name, "--rounds", "1"));
    arguments.addAll(List.of(options));
    return succeed(commands.run(arguments));
  }

  private void assertRefused(String reason, String... arguments) throws Exception {
    Ended ended = commands.run(arguments);
    assertThat(ended.code()).as(ended.text()).isEqualTo(2);
    assertThat(ended.text().lines().filter(line -> line.startsWith("local-cluster/run: ")))
        .singleElement()
        .asString()
        .contains(reason);
  }

  private static List<JsonNode> rows(Path output, String topic) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve(topic + ".jsonl"))) {
      rows.add(JSON.readTree(line));
    }
    return rows;
  }
}
