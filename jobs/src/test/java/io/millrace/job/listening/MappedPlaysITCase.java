package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.listening.SongPlayed;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command over a file of plays on the radio: its columns have other names, and it does not say
 * how long a song was played.
 */
class MappedPlaysITCase {
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path directory;

  @Test
  void map_columnsOfOtherNames_chartsEqualTheRecount() throws Exception {
    List<SongPlayed> plays =
        CannedPlays.plays(41, 3_000).stream()
            .map(
                play ->
                    new SongPlayed(
                        play.playId(),
                        play.at(),
                        play.songId(),
                        play.userId(),
                        play.region(),
                        RadioPlays.PLAYED_MILLIS,
                        play.title(),
                        play.artist()))
            .toList();
    Path file = directory.resolve("plays.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      for (SongPlayed play : plays) {
        ObjectNode row = JSON.createObjectNode();
        row.put("playId", play.playId()).put("at", play.at()).put("songId", play.songId());
        row.put("station", play.userId()).put("zone", play.region());
        if (play.title() != null) {
          row.put("title", play.title());
        }
        out.write(JSON.writeValueAsBytes(row));
        out.write('\n');
      }
    }
    assertThat(charts(file, "10s"))
        .hasSizeGreaterThan(100)
        .isEqualTo(recount().rows(plays, List.of()));
  }

  @Test
  void map_realPlays_chartsEqualTheRecount() throws Exception {
    assumeTrue(RadioPlays.exist(), "the real plays are not beside the repository");
    List<SongPlayed> plays = RadioPlays.read();
    assertThat(plays).hasSize(8_019);
    assertThat(charts(RadioPlays.FILE, "36h")).isEqualTo(recount().rows(plays, List.of()));
  }

  private static ChartOracle recount() {
    return new ChartOracle(60 * MINUTE, 5 * MINUTE, 20, 60 * MINUTE, 0, 2, CHARTS);
  }

  /** The charts that the command makes of a file, in a process of its own as for a user. */
  private List<String> charts(Path file, String outOfOrder) throws Exception {
    Path output = directory.resolve("out");
    Path log = directory.resolve("run.log");
    Path cluster = Path.of("..", "local-cluster", "target");
    String jar = "millrace-local-cluster-" + System.getProperty("millrace.version") + ".jar";
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx2g",
            "--add-opens",
            "java.base/java.util=ALL-UNNAMED",
            "-Djava.io.tmpdir=" + Files.createDirectories(directory.resolve("tmp")),
            "-Dmillrace.jobs.jar=" + Path.of("target", "millrace-jobs.jar").toAbsolutePath(),
            "-cp",
            cluster.resolve(jar)
                + File.pathSeparator
                + Files.readString(cluster.resolve("class-path.txt")).strip(),
            "io.millrace.local.LocalCluster",
            "trending-songs",
            "--bounded",
            "--no-stores",
            "--input",
            "listening.plays=" + file,
            "--map",
            "listening.plays.userId=station",
            "--map",
            "listening.plays.region=zone",
            "--map",
            "listening.plays.durationPlayedMillis='" + RadioPlays.PLAYED_MILLIS + "'",
            "--set",
            "listener-cap=0",
            "--set",
            "k=20",
            "--set",
            "min-support=2",
            "--set",
            "max-out-of-orderness=" + outOfOrder,
            "--output",
            output.toString());
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    builder.environment().put("MILLRACE_HOME", directory.resolve("home").toString());
    assertThat(builder.start().waitFor()).as(() -> read(log)).isZero();
    assertThat(output.resolve("trending-songs.late.jsonl")).isEmptyFile();
    assertThat(output.resolve("listening.plays.dlq.jsonl")).isEmptyFile();
    List<JsonNode> rows = new ArrayList<>();
    for (String line : Files.readAllLines(output.resolve("trending-songs.charts.jsonl"))) {
      rows.add(JSON.readTree(line));
    }
    return ChartOracle.published(rows);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
