package io.millrace.connector.files;

import io.millrace.connector.Certificates;
import io.millrace.connector.files.FileLocation.Protocol;
import io.millrace.local.host.FreePorts;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.List;
import java.util.Locale;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.UserManager;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.ssl.SslConfigurationFactory;
import org.apache.ftpserver.usermanager.PropertiesUserManagerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.WritePermission;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;

/** A directory, and a real server before it unless it is read as it is. */
final class FileServer implements Closeable {
  private static final String USER = "ingest";
  private static final String PASSWORD = "hunter2-of-files";

  private final Protocol protocol;
  private final Path directory;
  private final Path root;
  private final int port;
  private final Path credentials;
  private final Path keys;
  private final KeyPair hostKey;

  private Closeable running = () -> {};

  private FileServer(Protocol protocol, Path directory, KeyPair hostKey) throws Exception {
    this.protocol = protocol;
    this.directory = directory;
    this.root = Files.createDirectories(directory.resolve("root"));
    this.port = FreePorts.find();
    this.credentials = directory.resolve("credentials.properties");
    this.keys = directory.resolve("keys.p12");
    this.hostKey = hostKey;
  }

  static FileServer start(Protocol protocol, Path directory) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    Files.createDirectories(directory);
    FileServer server = new FileServer(protocol, directory, generator.generateKeyPair());
    Files.createDirectories(server.files());
    String trust = "";
    if (protocol == Protocol.FTPS) {
      trust =
          "trust-store="
              + Certificates.make(directory, "ftps", server.keys, Certificates.THIS_HOST)
              + "\ntrust-store-password="
              + Certificates.STORE_PASSWORD;
    }
    Files.writeString(
        server.credentials,
        "user="
            + USER
            + "\npassword="
            + PASSWORD
            + "\nhost-key="
            + KeyUtils.getFingerPrint(BuiltinDigests.sha256, server.hostKey.getPublic())
            + "\n"
            + trust);
    server.restart();
    return server;
  }

  /** Where files are put to be read, and are written to. */
  Path files() {
    return root.resolve("in");
  }

  /** What must never be read or written. */
  Path outside() {
    return root;
  }

  FileLocation location() {
    String scheme = protocol.name().toLowerCase(Locale.ROOT);
    return protocol == Protocol.FILE
        ? FileLocation.parse(scheme + ":" + files().toAbsolutePath(), null)
        : FileLocation.parse(scheme + "://127.0.0.1:" + port + "/in", credentials.toString());
  }

  /** The same place, with a password that is not right. */
  FileLocation withWrongPassword() throws IOException {
    Path wrong = directory.resolve("wrong.properties");
    Files.writeString(wrong, Files.readString(credentials).replace(PASSWORD, PASSWORD + "-not"));
    FileLocation right = location();
    return new FileLocation(
        right.protocol(), right.host(), right.port(), right.path(), wrong.toString());
  }

  /** Ends every connection. */
  void restart() throws Exception {
    running.close();
    running =
        switch (protocol) {
          case FILE -> () -> {};
          case FTP, FTPS -> ftp();
          case SFTP -> sftp();
        };
  }

  private Closeable ftp() throws Exception {
    UserManager users = new PropertiesUserManagerFactory().createUserManager();
    BaseUser user = new BaseUser();
    user.setName(USER);
    user.setPassword(PASSWORD);
    user.setHomeDirectory(root.toString());
    user.setAuthorities(List.of(new WritePermission()));
    users.save(user);
    ListenerFactory listener = new ListenerFactory();
    listener.setServerAddress("127.0.0.1");
    listener.setPort(port);
    if (protocol == Protocol.FTPS) {
      SslConfigurationFactory tls = new SslConfigurationFactory();
      tls.setKeystoreFile(keys.toFile());
      tls.setKeystorePassword(Certificates.STORE_PASSWORD);
      tls.setKeystoreType("PKCS12");
      tls.setKeyAlias("server");
      listener.setSslConfiguration(tls.createSslConfiguration());
    }
    FtpServerFactory factory = new FtpServerFactory();
    factory.setUserManager(users);
    factory.addListener("default", listener.createListener());
    FtpServer server = factory.createServer();
    server.start();
    return server::stop;
  }

  private Closeable sftp() throws IOException {
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(port);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPasswordAuthenticator(
        (user, password, session) -> user.equals(USER) && password.equals(PASSWORD));
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
    server.setFileSystemFactory(new VirtualFileSystemFactory(root.toAbsolutePath()));
    server.start();
    return () -> server.stop(true);
  }

  @Override
  public void close() throws IOException {
    running.close();
  }
}
