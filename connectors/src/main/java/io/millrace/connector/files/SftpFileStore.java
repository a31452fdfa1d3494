package io.millrace.connector.files;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.digest.BuiltinDigests;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.apache.sshd.sftp.client.extensions.openssh.OpenSSHPosixRenameExtension;
import org.apache.sshd.sftp.common.SftpConstants;
import org.apache.sshd.sftp.common.SftpException;
import org.jspecify.annotations.Nullable;

/**
 * A directory of an SFTP server, whose key must have the fingerprint {@code host-key} of the
 * credentials. Blocks of 32 KiB are asked for one after the other.
 */
final class SftpFileStore implements FileStore {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final int BLOCK_BYTES = 32 * 1024;

  private final FileLocation location;

  private @Nullable SshClient ssh;
  private @Nullable SftpClient connected;

  SftpFileStore(FileLocation location) {
    this.location = location;
  }

  @Override
  public List<FileStat> list() throws IOException {
    SftpClient client = client();
    try {
      List<FileStat> files = new ArrayList<>();
      for (SftpClient.DirEntry entry : client.readDir(location.path())) {
        SftpClient.Attributes is = entry.getAttributes();
        if (is.isRegularFile() && FileStat.isName(entry.getFilename())) {
          files.add(stat(entry.getFilename(), is));
        }
      }
      return files;
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  @Override
  public Optional<FileStat> stat(String name) throws IOException {
    String path = location.pathOf(name);
    SftpClient client = client();
    try {
      SftpClient.Attributes is = client.lstat(path);
      return is.isRegularFile() ? Optional.of(stat(name, is)) : Optional.empty();
    } catch (SftpException e) {
      if (e.getStatus() == SftpConstants.SSH_FX_NO_SUCH_FILE) {
        return Optional.empty();
      }
      close();
      throw e;
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  private static FileStat stat(String name, SftpClient.Attributes is) {
    return new FileStat(name, is.getSize(), is.getModifyTime().toMillis());
  }

  @Override
  public InputStream open(String name, long offset) throws IOException {
    String path = location.pathOf(name);
    if (stat(name).isEmpty()) {
      throw new IOException("no regular file " + name + " at " + location);
    }
    SftpClient client = client();
    try {
      return new Blocks(client, client.open(path, SftpClient.OpenMode.Read), offset);
    } catch (SftpException e) {
      close();
      throw e.getStatus() == SftpConstants.SSH_FX_PERMISSION_DENIED
          ? new UnreadableFileException(name)
          : e;
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  @Override
  public OutputStream create(String name) throws IOException {
    String path = location.pathOf(name);
    SftpClient client = client();
    try {
      requireNoOther(client, path, name);
      return new Upload(
          client.write(
              path,
              SftpClient.OpenMode.Write,
              SftpClient.OpenMode.Create,
              SftpClient.OpenMode.Truncate));
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  /** Refuses to write where there is something else than a file, such as a symbolic link. */
  private void requireNoOther(SftpClient client, String path, String name) throws IOException {
    try {
      if (!client.lstat(path).isRegularFile()) {
        throw new IOException(name + " at " + location + " is no regular file; remove it");
      }
    } catch (SftpException e) {
      if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
        throw e;
      }
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    String path = location.pathOf(from);
    String other = location.pathOf(to);
    SftpClient client = client();
    try {
      OpenSSHPosixRenameExtension replace = client.getExtension(OpenSSHPosixRenameExtension.class);
      if (replace != null && replace.isSupported()) {
        replace.posixRename(path, other);
      } else {
        client.lstat(path);
        delete(to);
        client.rename(path, other);
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    String path = location.pathOf(name);
    SftpClient client = client();
    try {
      client.remove(path);
    } catch (SftpException e) {
      if (e.getStatus() != SftpConstants.SSH_FX_NO_SUCH_FILE) {
        close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw failed(e);
    }
  }

  /** A file on its way, which the server has once it is closed. */
  private final class Upload extends FilterOutputStream {
    Upload(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      try {
        out.write(bytes, from, length);
      } catch (IOException | RuntimeException e) {
        SftpFileStore.this.close();
        throw failed(e);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        out.close();
      } catch (IOException | RuntimeException e) {
        SftpFileStore.this.close();
        throw failed(e);
      }
    }
  }

  private SftpClient client() throws IOException {
    SftpClient client = connected;
    if (client != null && client.isOpen()) {
      return client;
    }
    close();
    FileCredentials credentials = FileCredentials.read(location.credentials());
    SshClient started = SshClient.setUpDefaultClient();
    ssh = started;
    AtomicReference<@Nullable String> stranger = new AtomicReference<>();
    try {
      started.setServerKeyVerifier(verifier(credentials.hostKey(), stranger));
      started.start();
      ClientSession session =
          started
              .connect(credentials.user(), location.host(), location.port())
              .verify(ANSWER_LIMIT)
              .getSession();
      identify(session, credentials);
      session.auth().verify(ANSWER_LIMIT);
      client = SftpClientFactory.instance().createSftpClient(session);
      connected = client;
      return client;
    } catch (IOException | RuntimeException e) {
      close();
      String key = stranger.get();
      if (key != null) {
        throw new IOException(
            String.format(
                "the server at %s has the key %s, which is not host-key of --credentials, and was"
                    + " told nothing; if its key was changed by those who run it, put the new one"
                    + " there",
                location, key),
            e);
      }
      throw failed(e);
    }
  }

  private static void identify(ClientSession session, FileCredentials credentials)
      throws IOException {
    String file = credentials.privateKey();
    if (file == null) {
      session.addPasswordIdentity(credentials.password());
      return;
    }
    FileKeyPairProvider keys = new FileKeyPairProvider(Path.of(file));
    keys.setPasswordFinder(FilePasswordProvider.of(credentials.password()));
    for (KeyPair key : keys.loadKeys(session)) {
      session.addPublicKeyIdentity(key);
    }
  }

  /**
   * Lets in who has a key, and nobody else.
   *
   * @param stranger gets the fingerprint of another one
   */
  private ServerKeyVerifier verifier(
      @Nullable String hostKey, AtomicReference<@Nullable String> stranger) throws IOException {
    if (hostKey == null) {
      throw new IOException(
          "who answers at "
              + location
              + " can't be checked; add host-key=SHA256:... to --credentials, as ssh-keygen -l"
              + " prints it");
    }
    return (session, address, key) -> {
      stranger.set(KeyUtils.getFingerPrint(BuiltinDigests.sha256, key));
      Map.Entry<Boolean, String> check = KeyUtils.checkFingerPrint(hostKey, key);
      if (check == null || !check.getKey()) {
        return false;
      }
      stranger.set(null);
      return true;
    };
  }

  /** SSH tells of some failures of the connection by unchecked exceptions. */
  private static IOException failed(Exception e) {
    return e instanceof IOException io ? io : new IOException(String.valueOf(e.getMessage()), e);
  }

  @Override
  public void close() {
    SshClient client = ssh;
    ssh = null;
    connected = null;
    if (client != null) {
      client.stop();
    }
  }

  /** A file from an offset on, block by block. */
  private final class Blocks extends InputStream {
    private final SftpClient client;
    private final SftpClient.CloseableHandle handle;

    private long offset;

    Blocks(SftpClient client, SftpClient.CloseableHandle handle, long offset) {
      this.client = client;
      this.handle = handle;
      this.offset = offset;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      try {
        int read = client.read(handle, offset, to, from, Math.min(length, BLOCK_BYTES));
        offset += Math.max(read, 0);
        return read;
      } catch (IOException | RuntimeException e) {
        SftpFileStore.this.close();
        throw failed(e);
      }
    }

    @Override
    public void close() throws IOException {
      if (client.isOpen()) {
        handle.close();
      }
    }
  }
}
