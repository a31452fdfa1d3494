package io.millrace.local;

import io.millrace.local.broker.Replay;
import io.millrace.local.broker.Replay.Fate;
import io.millrace.local.broker.Replay.Outcome;
import io.millrace.local.flink.FailureCause;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code local-cluster/run replay}: puts the records of dead letters back. */
@Command(
    name = "local-cluster/run replay",
    sortOptions = false,
    description =
        "Puts the records of dead letters back into the topics that they came from, each once.")
final class ReplayCommand {
  @Parameters(
      paramLabel = "<topic>.dlq",
      description = "The topic of dead letters, with its prefix.",
      arity = "0..1")
  @Nullable String topic;

  @Option(
      names = "--bootstrap",
      paramLabel = "<host:port>",
      description =
          "Kafka's brokers, several with commas. Without it, those of the cluster that is up.")
  @Nullable String bootstrap;

  @Option(
      names = "--reason",
      paramLabel = "<code>",
      split = ",",
      description =
          "Only letters with these reasons, such as too-old. How far letters were read is kept for"
              + " each choice of reasons by itself.")
  Set<String> reasons = Set.of();

  @Option(
      names = "--kafka",
      paramLabel = "<property>=<value>",
      description = "A property of Kafka's clients, such as security.protocol; may be repeated.")
  Map<String, String> kafka = new HashMap<>();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private ReplayCommand() {}

  /**
   * Runs the command.
   *
   * @param base where a standing cluster is found
   * @return the exit code
   */
  static int run(List<String> args, Path base, PrintStream out) throws UsageException {
    ReplayCommand command = new ReplayCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    String topic = command.topic;
    if (topic == null) {
      throw new UsageException(
          "name the topic of dead letters: replay <topic>.dlq, such as web.requests.dlq");
    }
    String brokers = StandingCluster.brokers(command.bootstrap, base, "replay " + topic);
    try (Replay replay = new Replay(brokers, topic, command.reasons, command.kafka)) {
      print(topic, replay.run(), out);
    } catch (IOException | KafkaException e) {
      throw new UsageException(
          "Kafka at "
              + brokers
              + " can't be used: "
              + FailureCause.of(e)
              + "; check --bootstrap, and that a broker answers there",
          e);
    }
    return ExitCode.DONE;
  }

  private static void print(String topic, Outcome outcome, PrintStream out) {
    if (outcome.letters().isEmpty()) {
      out.println("no dead letters in " + topic + " since the last replay");
      return;
    }
    outcome.topics().forEach((name, count) -> out.printf("%,d replayed into %s%n", count, name));
    print(outcome, Fate.OTHER_REASON, "have another reason", out);
    print(
        outcome,
        Fate.OF_NO_TOPIC,
        "are rows of files, or rows that a sink or store refused, and no records of a topic: mend"
            + " what they name, and put the file there or run the job again",
        out);
    print(outcome, Fate.GONE, "are not whole, and their topic no longer has the record", out);
    print(outcome, Fate.NOT_A_LETTER, "are no dead letters", out);
  }

  private static void print(Outcome outcome, Fate fate, String what, PrintStream out) {
    long count = outcome.count(fate);
    if (count > 0) {
      out.printf("%,d %s%n", count, what);
    }
  }
}
