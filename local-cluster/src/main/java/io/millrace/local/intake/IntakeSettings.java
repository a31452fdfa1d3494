package io.millrace.local.intake;

import io.millrace.local.host.ServerCertificate;
import io.millrace.schema.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where logs are taken in, from whom, and how much of them at once.
 *
 * @param host address or name to listen on
 * @param port port to listen on; 0 for any free one
 * @param token what senders must show; null takes everybody's
 * @param tls its certificate; null for plain HTTP
 * @param topicPrefix what stands before the names of topics; empty for nothing
 * @param limits how much is taken
 */
public record IntakeSettings(
    String host,
    int port,
    @Nullable String token,
    @Nullable ServerCertificate tls,
    String topicPrefix,
    Limits limits) {
  /** The shortest token, in characters. */
  public static final int MIN_TOKEN = 16;

  /**
   * How much is taken, and how long that may last.
   *
   * @param bodyBytes the largest body, as it comes and unpacked
   * @param lineBytes the longest line
   * @param inFlightBytes how much all requests may hold at once until Kafka has it
   * @param bodyTime how long a sender may take for a body
   * @param writeTime how long Kafka may take to have all of it
   */
  public record Limits(
      int bodyBytes, int lineBytes, long inFlightBytes, Duration bodyTime, Duration writeTime) {
    /** What suits a program that sends what it has every second or so. */
    public static final Limits USUAL =
        new Limits(
            16 * 1024 * 1024,
            1024 * 1024,
            64L * 1024 * 1024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));

    /**
     * Checks that a body can be taken at all.
     *
     * @throws IllegalArgumentException where it can't
     */
    public Limits {
      if (lineBytes < 1 || bodyBytes < lineBytes) {
        throw new IllegalArgumentException("a body must have room for a line of at least a byte");
      }
      if (inFlightBytes < ByteBudget.OF_REQUEST + 2L * bodyBytes) {
        throw new IllegalArgumentException(
            "the bytes in flight must have room for twice the largest body: "
                + (ByteBudget.OF_REQUEST + 2L * bodyBytes));
      }
      if (bodyTime.toMillis() < 1 || writeTime.toMillis() < 2) {
        throw new IllegalArgumentException("a body needs time to come and to be written");
      }
    }
  }

  /**
   * Checks that who is not on this machine must show a token.
   *
   * @throws IllegalArgumentException where it is not so, or a value can't be
   */
  public IntakeSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be from 0 to 65535, found " + port);
    }
    if (token != null && !token.matches("[A-Za-z0-9._-]{" + MIN_TOKEN + ",}")) {
      throw new IllegalArgumentException(
          "the token must have at least "
              + MIN_TOKEN
              + " letters, digits, dots, dashes or underscores, and nothing else");
    }
    if (token == null && !isLoopback(host)) {
      throw new IllegalArgumentException(
          host + " is reached from elsewhere, so that senders there need a token");
    }
  }

  /** On loopback at any free port, with the usual limits, for topics without prefix. */
  public static IntakeSettings local() {
    return new IntakeSettings("127.0.0.1", 0, null, null, "", Limits.USUAL);
  }

  /** The topic of lines. */
  public String topic() {
    return topicPrefix + Topics.LOGS_RAW.name();
  }

  /** The topic of uploads of media files. */
  public String mediaTopic() {
    return topicPrefix + Topics.MEDIA_UPLOADS.name();
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("there is no host " + host, e);
    }
  }

  /** Keeps the token out of logs. */
  @Override
  public String toString() {
    return String.format(
        "IntakeSettings[%s:%d %s, token=%s, tls=%s]", host, port, topic(), token != null, tls);
  }
}
