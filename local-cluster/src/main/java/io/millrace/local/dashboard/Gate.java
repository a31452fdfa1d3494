package io.millrace.local.dashboard;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in. A request must name this server as its host, so that no other site's name can be
 * made to lead here; must show the token, where there is one; and must come from the page itself
 * where it changes anything.
 */
final class Gate {
  private static final int CSRF_BYTES = 24;

  private final Set<String> hosts;
  private final @Nullable String token;
  private final String csrf;

  /**
   * A gate.
   *
   * @param hosts the names and addresses of this server, without port
   * @param token what viewers must show; null for nothing
   */
  Gate(Set<String> hosts, @Nullable String token) {
    this.hosts = Set.copyOf(hosts);
    this.token = token;
    byte[] random = new byte[CSRF_BYTES];
    new SecureRandom().nextBytes(random);
    this.csrf = HexFormat.of().formatHex(random);
  }

  /** The gate of a server with these settings. */
  static Gate of(DashboardSettings settings) {
    Set<String> hosts = new TreeSet<>(List.of("localhost", "127.0.0.1", "[::1]"));
    if (!settings.isLocal()) {
      hosts.add(settings.host().toLowerCase(Locale.ROOT));
      addOwn(hosts);
    }
    return new Gate(hosts, settings.token());
  }

  private static void addOwn(Set<String> hosts) {
    try {
      hosts.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
      hosts.add(InetAddress.getLocalHost().getCanonicalHostName().toLowerCase(Locale.ROOT));
    } catch (UnknownHostException e) {
      // A machine without a name is reached by its addresses.
    }
    try {
      NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .map(address -> address.getHostAddress().replaceFirst("%.*", ""))
          .map(address -> address.contains(":") ? "[" + address + "]" : address)
          .forEach(hosts::add);
    } catch (SocketException e) {
      throw new IllegalStateException("the addresses of this machine can't be read", e);
    }
  }

  /** Whether a {@code Host} header names this server. */
  boolean isOwnHost(@Nullable String header) {
    return header != null
        && hosts.contains(header.replaceFirst(":\\d{1,5}$", "").toLowerCase(Locale.ROOT));
  }

  /** Whether viewers must sign in. */
  boolean asksForToken() {
    return token != null;
  }

  /** Whether this is the token. */
  boolean isToken(@Nullable String given) {
    return token != null && given != null && equal(token, given);
  }

  /** What a browser that has shown the token keeps; the same after a restart of the server. */
  String pass() {
    if (token == null) {
      throw new IllegalStateException("nobody needs a pass");
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash =
          digest.digest(("millrace dashboard\n" + token).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /**
   * Whether a viewer is let in.
   *
   * @param pass what their browser kept
   * @param authorization their {@code Authorization} header
   */
  boolean admits(@Nullable String pass, @Nullable String authorization) {
    if (token == null) {
      return true;
    }
    String bearer = "Bearer ";
    return (pass != null && equal(pass(), pass))
        || (authorization != null
            && authorization.startsWith(bearer)
            && isToken(authorization.substring(bearer.length())));
  }

  /** What the page must send along with a change; no other page can know it. */
  String csrf() {
    return csrf;
  }

  /**
   * Whether a change comes from the page itself.
   *
   * @param given the secret that came along
   * @param origin the {@code Origin} header, which browsers send
   * @param host the {@code Host} header
   */
  boolean isOwnChange(@Nullable String given, @Nullable String origin, @Nullable String host) {
    boolean ownOrigin =
        origin == null || origin.equals("http://" + host) || origin.equals("https://" + host);
    return ownOrigin && given != null && equal(csrf, given);
  }

  /** In a time that tells nothing about how much is right. */
  private static boolean equal(String expected, String given) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
