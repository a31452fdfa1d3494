package io.millrace.job.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.JobDescription;
import io.millrace.job.catalogue.JobCatalogue;
import io.millrace.local.LocalCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.client.cli.CliFrontend;
import org.apache.flink.client.cli.DefaultCLI;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The commands of the runbooks are there, with the options that are given, and so are the links.
 */
class RunbooksITCase {
  private static final Path RUNBOOKS = Deploy.DIRECTORY.resolve("runbooks");
  private static final String OURS = "local-cluster/run";
  private static final Pattern OPTION = Pattern.compile("(?<=\\s)--?[a-z][a-z.-]*");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#([^)]+))?\\)");

  /** Those that come with Kafka 4.2. */
  private static final Set<String> OF_KAFKA =
      Set.of(
          "connect-mirror-maker.sh",
          "kafka-console-consumer.sh",
          "kafka-consumer-groups.sh",
          "kafka-get-offsets.sh",
          "kafka-topics.sh",
          "kafka-transactions.sh");

  static List<String> runbooks() throws Exception {
    return Deploy.names("runbooks");
  }

  private static List<String> commands(String runbook) throws Exception {
    List<String> commands = new ArrayList<>();
    boolean inBlock = false;
    for (String line : Files.readAllLines(RUNBOOKS.resolve(runbook))) {
      if (line.startsWith("```")) {
        inBlock = !inBlock;
      } else if (inBlock && !line.isBlank()) {
        commands.add(line);
      }
    }
    return commands;
  }

  @ParameterizedTest
  @MethodSource("runbooks")
  void commands_exist(String runbook) throws Exception {
    assertThat(commands(runbook)).isNotEmpty();
    for (String command : commands(runbook)) {
      String[] words = command.split(" ", -1);
      if (words[0].equals(OURS)) {
        assertOurs(words[1], options(command));
      } else if (words[0].equals("flink")) {
        assertFlinks(words[1], command);
      } else if (!words[0].equals("kubectl")) {
        assertThat(OF_KAFKA).as(command).contains(words[0]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("runbooks")
  void links_leadSomewhere(String runbook) throws Exception {
    Matcher link = LINK.matcher(Files.readString(RUNBOOKS.resolve(runbook)));
    while (link.find()) {
      Path target = RUNBOOKS.resolve(link.group(1));
      assertThat(target).exists();
      if (link.group(2) != null) {
        assertThat(
                Files.readAllLines(target).stream()
                    .filter(line -> line.startsWith("#"))
                    .map(
                        line ->
                            line.replaceFirst("^#+ ", "")
                                .toLowerCase(Locale.ROOT)
                                .replace(' ', '-')))
            .contains(link.group(2));
      }
    }
  }

  @Test
  void commands_coverOursAndFlinksAndKafkas() throws Exception {
    Set<String> first = new HashSet<>();
    for (String runbook : runbooks()) {
      commands(runbook).forEach(command -> first.add(command.split(" ", -1)[0]));
    }
    assertThat(first).contains(OURS, "flink", "kafka-consumer-groups.sh", "kafka-transactions.sh");
  }

  private static Set<String> options(String command) {
    return OPTION
        .matcher(command)
        .results()
        .map(found -> found.group())
        .collect(Collectors.toSet());
  }

  private static void assertOurs(String verb, Set<String> options) {
    System.setProperty("millrace.jobs.jar", "target/millrace-jobs.jar");
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, UTF_8);

    assertThat(LocalCluster.run(new String[] {verb, "--help"}, out, out)).as(verb).isZero();
    String help = printed.toString(UTF_8);
    options.forEach(option -> assertThat(help).as(verb).containsPattern(option + "\\b"));
  }

  /** Flink's own options, then the jar, then those of the job. */
  private static void assertFlinks(String verb, String command) {
    String help = helpOfFlink(verb);
    int jar = command.indexOf("millrace-jobs.jar");
    for (String option : options(jar < 0 ? command : command.substring(0, jar))) {
      assertThat(help).as("flink %s", verb).containsPattern("[ ,]" + option + "\\b");
    }
    if (jar >= 0) {
      JobDescription job =
          JobCatalogue.ALL.stream()
              .filter(each -> command.contains("-c " + each.mainClass().getName() + " "))
              .findFirst()
              .orElseThrow();
      Set<String> ofJob =
          job.options().stream().map(each -> "--" + each.key()).collect(Collectors.toSet());
      ofJob.add("--properties-file");
      assertThat(ofJob).as(command).containsAll(options(command.substring(jar)));
    }
  }

  @SuppressWarnings("SystemOut") // That is where the command writes.
  private static String helpOfFlink(String verb) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    try {
      System.setOut(new PrintStream(printed, true, UTF_8));
      assertThat(
              new CliFrontend(new Configuration(), List.of(new DefaultCLI()))
                  .parseAndRun(new String[] {verb, "--help"}))
          .isZero();
    } finally {
      System.setOut(out);
    }
    return printed.toString(UTF_8);
  }
}
