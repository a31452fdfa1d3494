package io.millrace.operator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The examples in the module's guide are code that tests run. {@code -Dreadme.update=true} writes
 * them anew.
 */
class ReadmeExamplesTest {
  private static final Path README = Path.of("README.md");
  private static final Path HERE = Path.of("src/test/java/io/millrace/operator/examples");
  private static final Pattern CODE =
      Pattern.compile(" *// README (\\w+) starts\n(.*?)\n *// README ends\n", Pattern.DOTALL);
  private static final Pattern SHOWN =
      Pattern.compile(
          "<!-- example of (\\w+): made from a test -->\n```java\n(.*?)\n```\n", Pattern.DOTALL);

  private static Map<String, String> code() throws IOException {
    Map<String, String> code = new TreeMap<>();
    for (String file : List.of("AlgorithmExamplesTest.java", "StreamExamplesITCase.java")) {
      Matcher found = CODE.matcher(Files.readString(HERE.resolve(file)));
      while (found.find()) {
        assertThat(code.put(found.group(1), found.group(2).stripIndent())).isNull();
      }
    }
    return code;
  }

  @Test
  void readme_showsTheCodeOfEachExample() throws Exception {
    Map<String, String> code = code();
    String readme = Files.readString(README);
    if (Boolean.getBoolean("readme.update")) {
      readme =
          SHOWN
              .matcher(readme)
              .replaceAll(
                  shown ->
                      Matcher.quoteReplacement(
                          "<!-- example of "
                              + shown.group(1)
                              + ": made from a test -->\n```java\n"
                              + code.get(shown.group(1))
                              + "\n```\n"));
      Files.writeString(README, readme);
    }
    Map<String, String> shown = new TreeMap<>();
    Matcher found = SHOWN.matcher(readme);
    while (found.find()) {
      shown.put(found.group(1), found.group(2));
    }

    assertThat(shown).isEqualTo(code);
  }

  @Test
  void examples_areShort() throws Exception {
    List<String> tooLong = new ArrayList<>();
    code()
        .forEach(
            (name, text) -> {
              if (text.lines().count() > 26) {
                tooLong.add(name + " has " + text.lines().count() + " lines");
              }
            });
    assertThat(tooLong).isEmpty();
  }
}
