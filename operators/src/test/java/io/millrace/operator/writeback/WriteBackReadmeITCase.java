package io.millrace.operator.writeback;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of state that is written back in the module's README is the code here. */
@SuppressWarnings("try") // An iterator of results declares that close may be interrupted.
@ExtendWith(MiniClusterExtension.class)
final class WriteBackReadmeITCase {
  private static final String TITLE = "## Keyed state that is written back";

  /** A record of a stranger's job. */
  public record Sale(String shop, long cents) {}

  /** What a shop has sold. */
  public record Total(String shop, long cents) {}

  private static List<String> linesBetween(List<String> lines, String start, String end) {
    List<String> rest = lines.subList(lines.indexOf(start) + 1, lines.size());
    return rest.subList(0, rest.indexOf(end)).stream().filter(line -> !line.isEmpty()).toList();
  }

  private static List<String> lines(String file) throws Exception {
    return Files.readAllLines(Path.of(file)).stream().map(String::strip).toList();
  }

  @Test
  void readme_example_isThisCode() throws Exception {
    List<String> readme = lines("README.md");
    String source = "src/test/java/io/millrace/operator/writeback/WriteBackReadmeITCase.java";

    assertThat(linesBetween(readme.subList(readme.indexOf(TITLE), readme.size()), "```java", "```"))
        .isEqualTo(linesBetween(lines(source), "// README starts", "// README ends"));
  }

  @Test
  void readme_example_adds() throws Exception {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    var sales =
        env.fromData(
                Sale.class,
                new Sale("north", 300),
                new Sale("south", 20),
                new Sale("north", 250),
                new Sale("north", 1))
            .uid("sales");
    // README starts
    var totals =
        WriteBack.process(
                sales.keyBy(Sale::shop),
                new KeyedProcessFunction<String, Sale, Total>() {
                  private transient ValueState<Long> cents;

                  @Override
                  public void open(OpenContext context) {
                    cents =
                        getRuntimeContext()
                            .getState(new ValueStateDescriptor<>("cents", Types.LONG));
                  }

                  @Override
                  public void processElement(Sale sale, Context context, Collector<Total> out)
                      throws Exception {
                    Long before = cents.value();
                    long after = (before == null ? 0 : before) + sale.cents();
                    cents.update(after);
                    out.collect(new Total(context.getCurrentKey(), after));
                  }
                },
                TypeInformation.of(Total.class),
                WriteBackSpec.DEFAULT, // 64 MiB a task for values, 16 MiB for which keys there are
                "Total by shop")
            .uid("totals");
    // README ends
    List<Total> all = new ArrayList<>();
    try (var found = totals.executeAndCollect()) {
      found.forEachRemaining(all::add);
    }

    assertThat(all)
        .containsExactlyInAnyOrder(
            new Total("north", 300),
            new Total("south", 20),
            new Total("north", 550),
            new Total("north", 551));
  }
}
