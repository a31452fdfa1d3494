package io.millrace.operator.topk;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.window.PanedWindows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of the module's README is the code between the two markers here. */
@ExtendWith(MiniClusterExtension.class)
final class ReadmeITCase {
  /** A record of a stranger's job. */
  public record Sale(long soldAt, String product, String shop, long cents) {}

  private static List<String> linesBetween(Path file, String start, String end) throws IOException {
    List<String> lines = Files.readAllLines(file).stream().map(String::strip).toList();
    List<String> rest = lines.subList(lines.indexOf(start) + 1, lines.size());
    return rest.subList(0, rest.indexOf(end)).stream().filter(line -> !line.isEmpty()).toList();
  }

  @Test
  void readme_example_isThisCode() throws Exception {
    List<String> compiled =
        linesBetween(
            Path.of("src/test/java/io/millrace/operator/topk/ReadmeITCase.java"),
            "// README starts",
            "// README ends");
    assertThat(linesBetween(Path.of("README.md"), "```java", "```")).isEqualTo(compiled);
    assertThat(compiled).hasSizeLessThanOrEqualTo(24);
  }

  @Test
  void readme_example_ranks() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    var sales = List.of(new Sale(1, "tea", "north", 300), new Sale(2, "tea", "south", 250));
    var stream = env.fromData(Sale.class, sales.toArray(new Sale[0])).uid("sales");
    // README starts
    var inEventTime =
        stream.assignTimestampsAndWatermarks(
            WatermarkStrategy.<Sale>forBoundedOutOfOrderness(Duration.ofSeconds(5))
                .withTimestampAssigner((sale, kafkaTime) -> sale.soldAt())
                .withIdleness(Duration.ofSeconds(10)));
    var spec =
        new HeavyHittersSpec(
            new PanedWindows(3_600_000, 300_000, 0), // the last hour, every five minutes
            10, // the ten heaviest
            SketchAlgorithm.ADAPTIVE, // exact while all items fit into the memory
            HeavyHittersSpec.DEFAULT_MEMORY_BYTES,
            Duration.ofHours(1).toMillis(), // the source refuses what is further ahead
            HeavyHittersSpec.DEFAULT_LOCAL_BYTES);
    var rankings =
        HeavyHitters.rank(
            inEventTime,
            spec,
            List.of(Dimension.of("product", Sale::product), Dimension.of("shop", Sale::shop)),
            Sale::cents, // or sale -> 1, to count sales
            "best-sellers"); // prefix of the operators' uids
    rankings.published().print().uid("published"); // Ranking: dimension, window, total, items
    rankings.late().print().uid("late"); // a late sale and the watermark that it was behind
    // README ends
    assertThat(env.execute().isJobExecutionResult()).isTrue();
  }
}
