package io.millrace.connector.files;

import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A directory of files and how to get there.
 *
 * @param protocol how it is reached
 * @param host its server; empty where there is none
 * @param port the server's port
 * @param path the directory, absolute
 * @param credentials file with the {@linkplain FileCredentials credentials}, on every machine that
 *     reads; null where none are needed
 */
public record FileLocation(
    Protocol protocol, String host, int port, String path, @Nullable String credentials)
    implements Serializable {

  /** How a directory is reached. */
  public enum Protocol {
    FILE(0),
    FTP(21),
    FTPS(21),
    SFTP(22);

    private final int port;

    Protocol(int port) {
      this.port = port;
    }
  }

  private static final String GIVE =
      "give file:/directory, or ftp://host[:port]/directory, likewise with ftps or sftp";

  /**
   * Reads an address. Its messages don't quote it, since it may hold a password.
   *
   * @throws IllegalArgumentException where it is none; the message says what to give
   */
  public static FileLocation parse(String text, @Nullable String credentials) {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("the value of --location is not an address; " + GIVE);
    }
    if (uri.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "--location must not hold a user or password; put them into a file, as user= and"
              + " password=, and name it by --credentials");
    }
    Protocol protocol = protocol(uri.getScheme());
    String path = uri.getPath();
    boolean isLocal = protocol == Protocol.FILE;
    if (protocol == null
        || path == null
        || !path.startsWith("/")
        || uri.getQuery() != null
        || uri.getFragment() != null
        || path.chars().anyMatch(Character::isISOControl)
        || isLocal != (uri.getHost() == null)
        || (isLocal && uri.getAuthority() != null)) {
      throw new IllegalArgumentException("the value of --location is not an address; " + GIVE);
    }
    int port = uri.getPort() < 0 ? protocol.port : uri.getPort();
    String directory = path.length() > 1 && path.endsWith("/") ? path.replaceAll("/+$", "") : path;
    return new FileLocation(
        protocol,
        isLocal ? "" : uri.getHost(),
        port,
        directory.isEmpty() ? "/" : directory,
        credentials);
  }

  private static @Nullable Protocol protocol(@Nullable String scheme) {
    for (Protocol protocol : Protocol.values()) {
      if (protocol.name().toLowerCase(Locale.ROOT).equals(scheme)) {
        return protocol;
      }
    }
    return null;
  }

  /** Opens it, without a connection yet. */
  public FileStore open() {
    return switch (protocol) {
      case FILE -> new LocalFileStore(Path.of(path));
      case FTP, FTPS -> new FtpFileStore(this);
      case SFTP -> new SftpFileStore(this);
    };
  }

  /** The path of a file in it, for a server. */
  String pathOf(String name) {
    return path.equals("/")
        ? "/" + FileStat.requireName(name)
        : path + "/" + FileStat.requireName(name);
  }

  /** The address, without credentials. */
  @Override
  public String toString() {
    String scheme = protocol.name().toLowerCase(Locale.ROOT);
    return protocol == Protocol.FILE
        ? scheme + ":" + path
        : scheme + "://" + host + ":" + port + path;
  }
}
