package io.millrace.connector.files;

import io.millrace.connector.Certificates;
import io.millrace.connector.files.FileLocation.Protocol;
import io.millrace.local.store.LocalFileServer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A directory, and a real server before it unless it is read as it is. */
final class FileServer implements Closeable {
  private static final String PASSWORD = "password=";
  private static final String HOST_KEY = "host-key=SHA256:";
  private static final String TRUST_STORE = "trust-store=";

  private final Path directory;
  private final @Nullable LocalFileServer server;

  private FileServer(Path directory, @Nullable LocalFileServer server) {
    this.directory = directory;
    this.server = server;
  }

  static FileServer start(Protocol protocol, Path directory) throws Exception {
    Files.createDirectories(directory);
    if (protocol == Protocol.FILE) {
      FileServer plain = new FileServer(directory, null);
      Files.createDirectories(plain.files());
      return plain;
    }
    LocalFileServer.Protocol spoken = LocalFileServer.Protocol.valueOf(protocol.name());
    if (protocol != Protocol.FTPS) {
      return new FileServer(directory, LocalFileServer.start(spoken, directory));
    }
    Path keys = directory.resolve("keys.p12");
    Path trust = Certificates.make(directory, "ftps", keys, Certificates.THIS_HOST);
    LocalFileServer server =
        LocalFileServer.start(
            spoken, directory, new LocalFileServer.TlsKey(keys, Certificates.STORE_PASSWORD));
    Files.writeString(
        server.credentials(),
        Files.readString(server.credentials())
            + TRUST_STORE
            + trust
            + "\ntrust-store-password="
            + Certificates.STORE_PASSWORD);
    return new FileServer(directory, server);
  }

  /** Where files are put to be read, and are written to. */
  Path files() {
    return server == null ? directory.resolve("in") : server.files();
  }

  /** What must never be read or written. */
  Path outside() {
    return server == null ? directory : server.outside();
  }

  FileLocation location() {
    return server == null
        ? FileLocation.parse("file:" + files().toAbsolutePath(), null)
        : FileLocation.parse(server.address(), server.credentials().toString());
  }

  /** The same place, with a password that is not right. */
  FileLocation withWrongPassword() throws IOException {
    return with(PASSWORD, PASSWORD + "not-");
  }

  /** The same place, for somebody who expects another server of SFTP there. */
  FileLocation withWrongHostKey() throws IOException {
    return with(HOST_KEY, HOST_KEY + "A");
  }

  /** The same place, for somebody who trusts the authorities of the JVM alone. */
  FileLocation withoutTrustStore() throws IOException {
    return with(TRUST_STORE, "none=");
  }

  /** The same place by another name, which the server's certificate is not of. */
  FileLocation byAnotherName() {
    FileLocation right = location();
    return new FileLocation(
        right.protocol(), "localhost", right.port(), right.path(), right.credentials());
  }

  private FileLocation with(String part, String instead) throws IOException {
    FileLocation right = location();
    Path wrong = directory.resolve("wrong.properties");
    Files.writeString(
        wrong,
        Files.readString(Path.of(String.valueOf(right.credentials()))).replace(part, instead));
    return new FileLocation(
        right.protocol(), right.host(), right.port(), right.path(), wrong.toString());
  }

  /** How often somebody has tried to log in, by SFTP. */
  int logins() {
    return server == null ? 0 : server.logins();
  }

  /** Ends every connection. */
  void restart() throws IOException {
    if (server != null) {
      server.restart();
    }
  }

  @Override
  public void close() throws IOException {
    if (server != null) {
      server.close();
    }
  }
}
