package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.FreePorts;
import io.millrace.local.host.ServerCertificate;
import io.millrace.local.host.StopSignal;
import io.millrace.local.intake.IntakeSettings;
import io.millrace.local.intake.IntakeSettings.Limits;
import io.millrace.local.intake.LogIntake;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The command {@code local-cluster/run intake}: takes logs in by HTTP, for the cluster that is up
 * or for somebody's own Kafka.
 */
@Command(
    name = "local-cluster/run intake",
    sortOptions = false,
    description =
        "Takes logs in by HTTP, POST /v1/logs/<source>, and what is known of uploads of media files,"
            + " POST /v1/media, until Ctrl-C.")
final class IntakeCommand {
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  @Option(
      names = "--bootstrap",
      paramLabel = "<host:port>",
      description =
          "Kafka's brokers, several with commas. Without it, those of the cluster that is up.")
  @Nullable String bootstrap;

  @Option(
      names = "--topic-prefix",
      paramLabel = "<prefix>",
      description = "What your deployment puts before the names of topics.")
  String topicPrefix = "";

  @Option(
      names = "--kafka",
      paramLabel = "<property>=<value>",
      description = "A property of Kafka's clients, such as security.protocol; may be repeated.")
  Map<String, String> kafka = new HashMap<>();

  @Option(
      names = "--host",
      paramLabel = "<host>",
      description =
          "Address to listen on; loopback without it. Any other one needs a token, and should have"
              + " a certificate, or a proxy with one before it.")
  String host = "127.0.0.1";

  @Option(
      names = "--port",
      paramLabel = "<port>",
      description = "Port to listen on; any free one without it.")
  int port;

  @Option(
      names = "--token-file",
      paramLabel = "<file>",
      description = "File with the token that senders must show: 16 characters or more.")
  @Nullable Path tokenFile;

  @Option(
      names = "--keystore",
      paramLabel = "<file>",
      description = "PKCS#12 file with a certificate and its key, for HTTPS.")
  @Nullable Path keystore;

  @Option(
      names = "--keystore-password-file",
      paramLabel = "<file>",
      description = "File with the password of that file.")
  @Nullable Path keystorePasswordFile;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this.")
  boolean help;

  private IntakeCommand() {}

  /**
   * Runs the command until the user stops it.
   *
   * @return the exit code
   */
  static int run(List<String> args, Surroundings surroundings, PrintStream out)
      throws UsageException, RunFailedException, InterruptedException {
    IntakeCommand command = new IntakeCommand();
    if (VerbOptions.parse(command, args, out)) {
      return ExitCode.DONE;
    }
    IntakeSettings settings = command.settings();
    String brokers = command.brokers(surroundings);
    try (StopSignal stop = surroundings.stop().get();
        LogIntake intake = LogIntake.start(settings, brokers, command.kafka)) {
      announce(intake, out);
      out.println("lines go to " + settings.topic() + " at " + brokers + "; Ctrl-C stops it");
      boolean stopped = false;
      while (!stopped) {
        stopped = stop.await(LOOK_INTERVAL);
      }
      return ExitCode.DONE;
    } catch (KafkaException e) {
      throw new UsageException(
          "topic "
              + settings.topic()
              + " at "
              + brokers
              + " can't be written: "
              + FailureCause.of(e),
          e);
    } catch (IOException e) {
      throw new RunFailedException(FailureCause.of(e), e);
    }
  }

  /** Tells where logs are taken in. */
  static void announce(LogIntake intake, PrintStream out) {
    out.println("logs come in by HTTP: " + intake.example());
    out.println(
        "  of a source that log.sources describes; others need the job's option format, or their"
            + " lines are dead letters");
  }

  private IntakeSettings settings() throws UsageException {
    IntakeSettings settings;
    try {
      settings =
          new IntakeSettings(
              host,
              port,
              secret(tokenFile, "--token-file"),
              certificate(),
              topicPrefix,
              Limits.USUAL);
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e) + " (--host, --port, --token-file)", e);
    }
    if (port != 0 && settings.token() == null && !FreePorts.isFree(port)) {
      throw new UsageException(
          "port " + port + " is taken; choose another one, or leave --port out");
    }
    return settings;
  }

  private @Nullable ServerCertificate certificate() throws UsageException {
    String password = secret(keystorePasswordFile, "--keystore-password-file");
    if ((keystore == null) != (password == null)) {
      throw new UsageException("give both --keystore and --keystore-password-file, or none");
    }
    return keystore == null || password == null ? null : new ServerCertificate(keystore, password);
  }

  private static @Nullable String secret(@Nullable Path file, String option) throws UsageException {
    return file == null ? null : SecretFile.read(file, option);
  }

  private String brokers(Surroundings surroundings) throws UsageException {
    if (bootstrap != null) {
      return bootstrap;
    }
    return StandingCluster.find(surroundings.base())
        .orElseThrow(
            () ->
                new UsageException(
                    "name the brokers: intake --bootstrap <host:port>; no cluster is up"))
        .bootstrap();
  }
}
