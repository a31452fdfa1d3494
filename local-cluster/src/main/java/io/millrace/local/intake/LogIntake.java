package io.millrace.local.intake;

import java.io.IOException;
import java.net.URI;
import java.util.Map;

/** Takes logs and what is known of uploads in by HTTP and writes them into topics of Kafka. */
public final class LogIntake implements AutoCloseable {
  private final KafkaLines lines;
  private final IntakeServer server;

  private LogIntake(KafkaLines lines, IntakeServer server) {
    this.lines = lines;
    this.server = server;
  }

  /**
   * Starts to take logs in.
   *
   * @param bootstrap Kafka's brokers
   * @param client further properties of Kafka's client, such as {@code security.protocol}
   * @throws IOException where the address is taken, or the certificate can't be used
   * @throws org.apache.kafka.common.KafkaException where the brokers can't be reached, or don't
   *     have the topic
   */
  public static LogIntake start(
      IntakeSettings settings, String bootstrap, Map<String, String> client) throws IOException {
    KafkaLines lines = new KafkaLines(settings, bootstrap, client);
    try {
      return new LogIntake(
          lines,
          IntakeServer.start(
              settings, lines, lines.media(settings.mediaTopic(), client, bootstrap)));
    } catch (IOException | RuntimeException e) {
      lines.close();
      throw e;
    }
  }

  /** Address to send to, to which the name of the source is added. */
  public URI address() {
    return server.address().resolve("/v1/logs/");
  }

  /** A command that sends a file. */
  public String example() {
    return "curl --data-binary @app.log " + address() + "<source>";
  }

  @Override
  public void close() {
    server.close();
    lines.close();
  }
}
