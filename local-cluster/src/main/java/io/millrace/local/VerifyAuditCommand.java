package io.millrace.local;

import io.millrace.local.audit.ChainCheck;
import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.TopicContents;
import io.millrace.local.flink.FailureCause;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.payments.AuditRecorded;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code local-cluster/run verify-audit}: checks chains of hashes. */
@Command(
    name = "local-cluster/run verify-audit",
    sortOptions = false,
    description =
        "Checks that no decision of an audit topic was changed, moved or left out, and prints the"
            + " last hash of each chain. The exit code is 1 where one was.")
final class VerifyAuditCommand {
  private static final String LINES = ".jsonl";

  @Parameters(
      paramLabel = "<topic or file>",
      description =
          "The topic with its prefix, such as reconciliation.audit, or a file of its records that a"
              + " run wrote with --output.",
      arity = "0..1")
  @Nullable String source;

  @Option(
      names = "--bootstrap",
      paramLabel = "<host:port>",
      description =
          "Kafka's brokers, several with commas. Without it, those of the cluster that is up.")
  @Nullable String bootstrap;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private final JsonCodec<AuditRecorded> codec = Topics.RECONCILIATION_AUDIT.codec();
  private final ChainCheck check = new ChainCheck();
  private long unreadable;

  private VerifyAuditCommand() {}

  /**
   * Runs the command.
   *
   * @param base where a standing cluster is found
   * @return the exit code
   */
  static int run(List<String> args, Path base, PrintStream out)
      throws UsageException, InterruptedException {
    VerifyAuditCommand command = new VerifyAuditCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    String source = command.source;
    if (source == null) {
      throw new UsageException(
          "name what to check: verify-audit reconciliation.audit, or the file of a run's output");
    }
    if (source.endsWith(LINES)) {
      command.readFile(Path.of(source));
    } else {
      String brokers = StandingCluster.brokers(command.bootstrap, base, "verify-audit " + source);
      command.readTopic(brokers, source);
    }
    return command.judge(source, out);
  }

  private void readFile(Path file) throws UsageException {
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        take(line.getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UsageException("can't read " + file + ": " + FailureCause.of(e), e);
    }
  }

  private void readTopic(String brokers, String topic) throws UsageException, InterruptedException {
    try (TopicAdmin admin = new TopicAdmin(brokers)) {
      Set<TopicPartition> partitions = admin.partitions(List.of(topic));
      if (partitions.isEmpty()) {
        throw new UsageException(
            "there is no topic "
                + topic
                + " at "
                + brokers
                + "; name the audit topic with its prefix, such as reconciliation.audit");
      }
      TopicContents.read(brokers, admin.stableEnds(partitions), record -> take(record.value()));
    } catch (IOException | KafkaException e) {
      throw new UsageException(
          "topic "
              + topic
              + " at "
              + brokers
              + " (--bootstrap) can't be read: "
              + FailureCause.of(e),
          e);
    }
  }

  private void take(byte @Nullable [] json) {
    try {
      if (json == null) {
        unreadable++;
      } else {
        check.add(codec.decode(json));
      }
    } catch (RejectedException e) {
      unreadable++;
    }
  }

  private int judge(String source, PrintStream out) {
    List<String> faults = check.faults();
    check
        .heads()
        .forEach(
            head ->
                out.printf(
                    "chain %2s  %,10d links, the last %s%n",
                    head.chain(), head.seq() + 1, head.hash()));
    faults.forEach(out::println);
    if (unreadable > 0) {
      out.printf("%,d records are no links of a chain%n", unreadable);
    }
    boolean isWhole = faults.isEmpty() && unreadable == 0;
    out.printf(
        "%s: %,d links in %d chains, %s%n",
        source, check.links(), check.heads().size(), isWhole ? "whole" : "NOT WHOLE");
    return isWhole ? ExitCode.DONE : ExitCode.FAILED;
  }
}
