package io.millrace.connector.files;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPFile;
import org.apache.commons.net.ftp.FTPReply;
import org.apache.commons.net.ftp.FTPSClient;
import org.apache.commons.net.util.TrustManagerUtils;
import org.jspecify.annotations.Nullable;

/**
 * A directory of an FTP server: passive mode, binary, names in UTF-8. FTPS is explicit TLS for
 * commands and data, and the server's certificate must be of its host.
 */
final class FtpFileStore implements FileStore {
  private static final int ANSWER_LIMIT_MILLIS = 30_000;

  private final FileLocation location;

  private @Nullable FTPClient connected;

  FtpFileStore(FileLocation location) {
    this.location = location;
  }

  @Override
  public List<FileStat> list() throws IOException {
    FTPClient client = client();
    try {
      List<FileStat> files = new ArrayList<>();
      for (FTPFile file : listed(client, location.path())) {
        if (file != null && file.isFile() && isName(file.getName())) {
          files.add(stat(file.getName(), file));
        }
      }
      return files;
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static boolean isName(@Nullable String name) {
    return name != null && FileStat.isName(name);
  }

  @Override
  public Optional<FileStat> stat(String name) throws IOException {
    String path = location.pathOf(name);
    FTPClient client = client();
    try {
      if (client.hasFeature("MLST")) {
        FTPFile file = client.mlistFile(path);
        return file != null && file.isFile() ? Optional.of(stat(name, file)) : Optional.empty();
      }
    } catch (IOException e) {
      close();
      throw e;
    }
    for (FileStat file : list()) {
      if (file.name().equals(name)) {
        return Optional.of(file);
      }
    }
    return Optional.empty();
  }

  private static FTPFile[] listed(FTPClient client, String directory) throws IOException {
    FTPFile[] files =
        client.hasFeature("MLST") ? client.mlistDir(directory) : client.listFiles(directory);
    if (!FTPReply.isPositiveCompletion(client.getReplyCode())) {
      throw new IOException("the FTP server does not list: " + client.getReplyString().strip());
    }
    return files;
  }

  private static FileStat stat(String name, FTPFile file) {
    return new FileStat(
        name,
        file.getSize(),
        file.getTimestamp() == null ? 0 : file.getTimestamp().getTimeInMillis());
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    String path = location.pathOf(name);
    FTPClient client = client();
    try {
      client.setRestartOffset(offset);
      InputStream in = client.retrieveFileStream(path);
      if (in == null && client.getReplyCode() == FTPReply.FILE_UNAVAILABLE) {
        throw new UnreadableFileException(name);
      }
      if (in == null) {
        throw new IOException("the FTP server does not send: " + client.getReplyString().strip());
      }
      return new FilterInputStream(in) {
        @Override
        public void close() {
          // To end a transfer in the middle is to end the connection.
          FtpFileStore.this.close();
        }
      };
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public OutputStream create(String name) throws IOException {
    String path = location.pathOf(name);
    FTPClient client = client();
    try {
      client.setRestartOffset(0);
      OutputStream out = client.storeFileStream(path);
      if (out == null) {
        throw new IOException("the FTP server takes no file: " + client.getReplyString().strip());
      }
      return new Upload(out, client);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    String path = location.pathOf(from);
    String other = location.pathOf(to);
    FTPClient client = client();
    try {
      if (!client.rename(path, other)) {
        require(client, stat(from).isPresent(), "rename a file that is not there");
        client.deleteFile(other);
        require(client, client.rename(path, other), "rename a file");
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public void delete(String name) throws IOException {
    String path = location.pathOf(name);
    FTPClient client = client();
    try {
      if (!client.deleteFile(path)) {
        String reply = client.getReplyString().strip();
        if (stat(name).isPresent()) {
          throw new IOException("the FTP server does not remove a file: " + reply);
        }
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** A file on its way, which the server has when it says so at the end. */
  private final class Upload extends FilterOutputStream {
    private final FTPClient client;
    private boolean isClosed;

    Upload(OutputStream out, FTPClient client) {
      super(out);
      this.client = client;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      if (isClosed) {
        return;
      }
      isClosed = true;
      try {
        out.close();
        if (!client.isConnected()) {
          throw new IOException("the connection to the FTP server was lost");
        }
        if (!client.completePendingCommand()) {
          throw new IOException(
              "the FTP server has not the whole file: " + client.getReplyString().strip());
        }
      } catch (IOException e) {
        FtpFileStore.this.close();
        throw e;
      }
    }
  }

  private FTPClient client() throws IOException {
    FTPClient client = connected;
    if (client != null && client.isConnected()) {
      return client;
    }
    FileCredentials credentials = FileCredentials.read(location.credentials());
    client = location.protocol() == FileLocation.Protocol.FTPS ? tls(credentials) : new FTPClient();
    connected = client;
    try {
      client.setControlEncoding("UTF-8");
      client.setConnectTimeout(ANSWER_LIMIT_MILLIS);
      client.setDefaultTimeout(ANSWER_LIMIT_MILLIS);
      client.setDataTimeout(Duration.ofMillis(ANSWER_LIMIT_MILLIS));
      client.connect(location.host(), location.port());
      client.setSoTimeout(ANSWER_LIMIT_MILLIS);
      require(client, FTPReply.isPositiveCompletion(client.getReplyCode()), "connect");
      require(client, client.login(credentials.user(), credentials.password()), "log in");
      if (client instanceof FTPSClient secure) {
        secure.execPBSZ(0);
        secure.execPROT("P");
      }
      require(client, client.setFileType(FTP.BINARY_FILE_TYPE), "go binary");
      client.enterLocalPassiveMode();
      return client;
    } catch (SSLException e) {
      close();
      throw refused(e);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Why there is no TLS with a server, and what to do. */
  private IOException refused(SSLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        return new IOException(
            String.format(
                "the certificate of the server at %s is not accepted (%s), and it was told nothing;"
                    + " give the host of --location the name that the certificate has, and"
                    + " trust-store of --credentials the authority that signed it",
                location, cause.getMessage()),
            e);
      }
    }
    return new IOException("no TLS with the server at " + location + ": " + e.getMessage(), e);
  }

  private void require(FTPClient client, boolean done, String what) throws IOException {
    if (!done) {
      throw new IOException(
          "can't " + what + " at " + location + ": " + client.getReplyString().strip());
    }
  }

  private static FTPSClient tls(FileCredentials credentials) throws IOException {
    FTPSClient client = new FTPSClient(false);
    client.setEndpointCheckingEnabled(true);
    try {
      client.setTrustManager(TrustManagerUtils.getDefaultTrustManager(authorities(credentials)));
    } catch (IOException | GeneralSecurityException e) {
      throw new IOException(
          "the trust-store of --credentials can't be used ("
              + e.getMessage()
              + "); give a PKCS12 file, and trust-store-password what opens it",
          e);
    }
    return client;
  }

  /** The authorities that are trusted; null for those of the JVM. */
  private static @Nullable KeyStore authorities(FileCredentials credentials)
      throws IOException, GeneralSecurityException {
    String file = credentials.trustStore();
    if (file == null) {
      return null;
    }
    String password = credentials.trustStorePassword();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      store.load(in, password == null ? null : password.toCharArray());
    }
    return store;
  }

  @Override
  public void close() {
    FTPClient client = connected;
    connected = null;
    if (client != null) {
      try {
        client.disconnect();
      } catch (IOException e) {
        // It is gone either way; what was read is complete or is read again.
        return;
      }
    }
  }
}
