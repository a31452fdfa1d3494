package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.StandingCluster.Submitted;
import io.millrace.local.host.ProcessIdentity;
import io.millrace.local.host.StopSignal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a job that reads files finds them on a standing cluster, which takes no job here. */
class StandingFilesTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private StandingCluster cluster;
  private Path jar;

  @BeforeEach
  void announce() throws IOException {
    jar = RelayJobJar.build(directory);
    Path base = Files.createDirectories(directory.resolve("base"));
    Path config = Files.createDirectories(directory.resolve("conf"));
    Files.writeString(config.resolve("config.yaml"), "parallelism.default: 1\n");
    cluster =
        new StandingCluster(
            ProcessIdentity.current(),
            Files.createDirectories(directory.resolve("cluster")).toString(),
            "127.0.0.1:1",
            Map.of(),
            List.of("http://127.0.0.1:1"),
            config.toString(),
            1);
    cluster.announce(base);
  }

  @Test
  void submit_withoutALocation_saysWhereTheJobReads() {
    assertThat(run("submit", "take-in", "--set", "window=soon")).as("it is refused").isEqualTo(2);

    assertThat(out.toString(UTF_8))
        .contains("take-in reads the files of " + cluster.files("take-in"))
        .contains("'local-cluster/run feed take-in' writes some there");
    assertThat(cluster.files("take-in")).isDirectory();
  }

  @Test
  void feed_jobThatReadsFiles_writesThemWhereItReads() throws IOException {
    assertThat(run("feed", "take-in", "--duration", "1s", "--rate", "10")).isZero();
    assertThat(names(cluster.files("take-in"))).containsExactly("orders-000000.csv");

    Path elsewhere = directory.resolve("else where");
    cluster.note(submitted("file:" + elsewhere));
    assertThat(run("feed", "take-in", "--duration", "1s", "--rate", "10")).isZero();
    assertThat(names(elsewhere)).containsExactly("orders-000000.csv");
    assertThat(out.toString(UTF_8)).contains("writing files into " + elsewhere);
  }

  @Test
  void feed_topicOrServer_isRefusedWithWhatToDo() throws IOException {
    assertThat(run("feed", "take-in", "--input", "web.requests=a.csv")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("take-in reads no topic but the files of " + cluster.files("take-in"))
        .contains("put yours there, without --input");

    cluster.note(submitted("sftp://files.example.com/in"));
    assertThat(run("feed", "take-in")).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .contains("take-in reads the files of sftp://files.example.com/in; put them there");
  }

  private static Submitted submitted(String location) {
    return new Submitted("id", "take-in", Map.of("location", location), true, 1, 1, null);
  }

  private static List<String> names(Path files) throws IOException {
    try (Stream<Path> all = Files.list(files)) {
      return all.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private int run(String... args) {
    return LocalCluster.run(
        args,
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8),
        new Surroundings(jar, directory.resolve("base"), false, StopSignal::manual));
  }
}
