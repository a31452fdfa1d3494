package io.millrace.local.store;

import io.millrace.local.host.FreePorts;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.ftplet.UserManager;
import org.apache.ftpserver.listener.Listener;
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
import org.jspecify.annotations.Nullable;

/**
 * A real server of FTP, FTPS or SFTP in this JVM, on loopback only, over a directory. It can be
 * stopped and started again on the same port, key and files. It starts in less than a second.
 *
 * <p>Not safe for use by several threads.
 */
public final class LocalFileServer implements AutoCloseable {
  /** What it speaks. */
  public enum Protocol {
    FTP,
    /** TLS by command, for commands and data. */
    FTPS,
    SFTP
  }

  /**
   * A key with its certificate.
   *
   * @param store PKCS12 file that has it, as {@code server}
   * @param password what opens that
   */
  public record TlsKey(Path store, String password) {}

  private static final String USER = "millrace";

  /** Whoever reaches loopback may be let in; it is there so that somebody has to log in. */
  private static final String PASSWORD = "hunter2-of-files";

  private static final String FILES = "in";
  private static final int RSA_BITS = 2048;

  private final Protocol protocol;
  private final Path root;
  private final Path credentials;
  private final int port;
  private final KeyPair hostKey;
  private final @Nullable TlsKey tls;
  private final AtomicInteger logins = new AtomicInteger();

  private Closeable running = () -> {};

  private LocalFileServer(
      Protocol protocol, Path directory, KeyPair hostKey, @Nullable TlsKey tls) {
    this.protocol = protocol;
    this.root = directory.resolve("root");
    this.credentials = directory.resolve("credentials.properties");
    this.port = FreePorts.find();
    this.hostKey = hostKey;
    this.tls = tls;
  }

  /**
   * Starts a server of FTP or SFTP whose files and {@linkplain #credentials credentials} are kept
   * in {@code directory}, which is created where it is missing.
   *
   * @throws IOException where the directory is not writable, or the server does not start
   */
  public static LocalFileServer start(Protocol protocol, Path directory) throws IOException {
    return start(protocol, directory, null);
  }

  /**
   * Starts a server as above.
   *
   * @param tls its key; only FTPS has one, and must
   * @throws IOException as above
   */
  public static LocalFileServer start(Protocol protocol, Path directory, @Nullable TlsKey tls)
      throws IOException {
    if ((protocol == Protocol.FTPS) != (tls != null)) {
      throw new IllegalArgumentException("FTPS needs a key, and nothing else has one");
    }
    LocalFileServer server = new LocalFileServer(protocol, directory, rsa(), tls);
    Files.createDirectories(server.files());
    Files.writeString(
        server.credentials,
        String.join(
            "\n",
            "user=" + USER,
            "password=" + PASSWORD,
            "host-key="
                + KeyUtils.getFingerPrint(BuiltinDigests.sha256, server.hostKey.getPublic()),
            ""));
    server.restart();
    return server;
  }

  private static KeyPair rsa() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(RSA_BITS);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** The directory that {@link #address} is of. */
  public Path files() {
    return root.resolve(FILES);
  }

  /** The directory above, which no client of that address has business in. */
  public Path outside() {
    return root;
  }

  /** Address of the files, such as {@code sftp://127.0.0.1:port/in}. */
  public String address() {
    return protocol.name().toLowerCase(Locale.ROOT) + "://127.0.0.1:" + port + "/" + FILES;
  }

  /** File of {@code key=value} lines with user, password and the server's host key. */
  public Path credentials() {
    return credentials;
  }

  /** How often somebody has tried to log in, by SFTP. */
  public int logins() {
    return logins.get();
  }

  /**
   * Stops the server, which ends every connection, and starts it again.
   *
   * @throws IOException where it does not start
   */
  public void restart() throws IOException {
    running.close();
    try {
      running = protocol == Protocol.SFTP ? sftp() : ftp();
    } catch (FtpException e) {
      throw new IOException("the server of files does not start", e);
    }
  }

  private Closeable ftp() throws FtpException {
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
    if (tls != null) {
      SslConfigurationFactory ssl = new SslConfigurationFactory();
      ssl.setKeystoreFile(tls.store().toFile());
      ssl.setKeystorePassword(tls.password());
      ssl.setKeystoreType("PKCS12");
      ssl.setKeyAlias("server");
      listener.setSslConfiguration(ssl.createSslConfiguration());
    }
    FtpServerFactory factory = new FtpServerFactory();
    factory.setUserManager(users);
    Listener listens = listener.createListener();
    factory.addListener("default", listens);
    FtpServer server = factory.createServer();
    server.start();
    return () -> {
      // It would let transfers come to their end.
      listens
          .getActiveSessions()
          .forEach(session -> session.getDataConnection().closeDataConnection());
      server.stop();
    };
  }

  private Closeable sftp() throws IOException {
    SshServer server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setPort(port);
    server.setKeyPairProvider(KeyPairProvider.wrap(hostKey));
    server.setPasswordAuthenticator(
        (user, password, session) -> {
          logins.incrementAndGet();
          return user.equals(USER) && password.equals(PASSWORD);
        });
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory()));
    server.setFileSystemFactory(new VirtualFileSystemFactory(root.toAbsolutePath()));
    server.start();
    return () -> server.stop(true);
  }

  /** Stops the server, which ends every connection; its files stay. */
  @Override
  public void close() throws IOException {
    running.close();
  }
}
