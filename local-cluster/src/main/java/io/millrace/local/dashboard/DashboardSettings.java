package io.millrace.local.dashboard;

import io.millrace.local.host.ServerCertificate;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/**
 * Where the dashboard is offered, and to whom.
 *
 * @param host address or name to listen on
 * @param port port to listen on; 0 for any free one
 * @param token what viewers must show to be let in; null lets everybody in
 * @param tls its certificate; null for plain HTTP
 */
public record DashboardSettings(
    String host, int port, @Nullable String token, @Nullable ServerCertificate tls) {
  /** The shortest token, in characters. */
  public static final int MIN_TOKEN = 16;

  /** Loopback, any free port, everybody of this machine. */
  public static final DashboardSettings LOCAL = new DashboardSettings("127.0.0.1", 0, null, null);

  /**
   * Checks that who is not on this machine must show a token.
   *
   * @throws IllegalArgumentException where it is not so, or a value can't be
   */
  public DashboardSettings {
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
          host + " is reached from elsewhere, so the dashboard there needs a token");
    }
  }

  /** Whether only this machine reaches it. */
  public boolean isLocal() {
    return isLoopback(host);
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
    return "DashboardSettings[" + host + ":" + port + ", token=" + (token != null) + "]";
  }
}
