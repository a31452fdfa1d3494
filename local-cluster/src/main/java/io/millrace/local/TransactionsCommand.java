package io.millrace.local;

import io.millrace.local.broker.Transactions;
import io.millrace.local.broker.Transactions.Open;
import io.millrace.local.flink.FailureCause;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code local-cluster/run transactions}: shows open transactions, and ends them. */
@Command(
    name = "local-cluster/run transactions",
    sortOptions = false,
    description = "Shows the open transactions of a Kafka cluster, and aborts them.")
final class TransactionsCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Option(
      names = "--bootstrap",
      paramLabel = "<host:port>",
      description =
          "Kafka's brokers, several with commas. Without it, that of the cluster that is up.")
  @Nullable String bootstrap;

  @Option(
      names = "--prefix",
      paramLabel = "<prefix>",
      description =
          "Only ids that start with it. A job's ids are <topic-prefix><job-name>-<topic>-... ; a"
              + " prefix that ends before <topic> may also be that of another job.")
  String prefix = "";

  @Option(
      names = "--abort",
      description =
          "Abort them. Stop the job first. Rows that its last checkpoint has prepared are lost if"
              + " it goes on from there.")
  boolean abort;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private TransactionsCommand() {}

  /**
   * Runs the command.
   *
   * @param base where a standing cluster is found
   * @return the exit code
   */
  static int run(List<String> args, Path base, PrintStream out)
      throws UsageException, InterruptedException {
    TransactionsCommand command = new TransactionsCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    if (command.abort && command.prefix.isEmpty()) {
      throw new UsageException(
          "--abort needs --prefix: without it the transactions of every job would be aborted");
    }
    command.run(StandingCluster.brokers(command.bootstrap, base, "transactions"), out);
    return ExitCode.DONE;
  }

  private void run(String brokers, PrintStream out) throws UsageException, InterruptedException {
    try (Transactions transactions = new Transactions(brokers, PATIENCE)) {
      List<Open> open = transactions.open(prefix);
      print(open, out);
      for (var held : transactions.held(open).entrySet()) {
        out.printf(
            "%s: committed reads end at %d, with %d offsets after it%n",
            held.getKey(), held.getValue().from(), held.getValue().offsets());
      }
      if (abort && !open.isEmpty()) {
        transactions.abort(open);
        out.println("aborted " + open.size());
      }
    } catch (IOException | KafkaException e) {
      throw new UsageException(
          "Kafka at "
              + brokers
              + " can't be used: "
              + FailureCause.of(e)
              + "; check --bootstrap, and that a broker answers there",
          e);
    }
  }

  private void print(List<Open> open, PrintStream out) {
    String of = prefix.isEmpty() ? "" : " whose id starts with " + prefix;
    if (open.isEmpty()) {
      out.println("no open transaction" + of);
      return;
    }
    out.println("open transactions" + of + ":");
    List<String[]> rows = new ArrayList<>();
    rows.add(
        new String[] {"id", "state", "producer", "epoch", "open for", "timeout", "partitions"});
    long now = Clock.systemUTC().millis();
    for (Open each : open) {
      rows.add(
          new String[] {
            each.id(),
            each.state(),
            String.valueOf(each.producerId()),
            String.valueOf(each.epoch()),
            each.startedAtMillis() < 0
                ? "-"
                : Durations.text(Duration.ofMillis(Math.max(0, now - each.startedAtMillis()))),
            Durations.text(Duration.ofMillis(each.timeoutMillis())),
            each.partitions().stream().map(String::valueOf).collect(Collectors.joining(" "))
          });
    }
    int[] widths = new int[rows.get(0).length];
    for (String[] row : rows) {
      for (int column = 0; column < row.length; column++) {
        widths[column] = Math.max(widths[column], row[column].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.length; column++) {
        line.append("  ").append(row[column]);
        line.append(" ".repeat(widths[column] - row[column].length()));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
