package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connector.files.FileLocation.Protocol;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that are brought to a directory, and to real servers of FTP, FTPS and SFTP. */
class FileDeliveryITCase {
  private static final String NAME = "orders.csv";
  private static final Retries ONCE = new Retries(1, 1, 1);
  private static final Retries QUICK = new Retries(3, 1, 5);
  private static final long START = 1_764_151_200_000L;
  private static final long END = START + 3_600_000;

  private static final Map<Protocol, FileServer> SERVERS = new EnumMap<>(Protocol.class);

  @TempDir private static Path directory;

  private final AtomicInteger failures = new AtomicInteger();

  @BeforeAll
  static void startServers() throws Exception {
    for (Protocol protocol : Protocol.values()) {
      SERVERS.put(protocol, FileServer.start(protocol, directory.resolve(protocol.name())));
    }
  }

  @AfterAll
  static void stopServers() throws IOException {
    for (FileServer server : SERVERS.values()) {
      server.close();
    }
  }

  private static FileServer empty(Protocol protocol) throws IOException {
    FileServer server = SERVERS.get(protocol);
    if (server == null) {
      throw new IllegalStateException("no server of " + protocol);
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(server.files())) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
    return server;
  }

  private FileDelivery to(FileStore store, Retries retries) {
    return new FileDelivery(store, "there", retries, failures::incrementAndGet);
  }

  private static String text(int rows) {
    return "row \u00E4\n".repeat(rows);
  }

  private static ExportedFile upload(FileDelivery delivery, boolean gzip, int rows)
      throws IOException {
    return delivery.upload(
        NAME,
        gzip,
        START,
        END,
        out -> {
          byte[] row = text(1).getBytes(UTF_8);
          for (int i = 0; i < rows; i++) {
            out.write(row, 0, row.length);
          }
          return rows;
        });
  }

  private static List<String> names(FileServer server) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(server.files())) {
      files.forEach(file -> names.add(String.valueOf(file.getFileName())));
    }
    names.sort(null);
    return names;
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** The file is there, whole, with its sum and acknowledgement, and nothing else is. */
  private static void assertDelivered(FileServer server, int rows) throws Exception {
    assertThat(names(server)).containsExactly(NAME, NAME + ".ack", NAME + ".sha256");
    byte[] content = Files.readAllBytes(server.files().resolve(NAME));
    assertThat(new String(content, UTF_8)).isEqualTo(text(rows));
    String sum = sha256(content);
    assertThat(server.files().resolve(NAME + ".sha256")).hasContent(sum + "  " + NAME + "\n");
    assertThat(server.files().resolve(NAME + ".ack"))
        .hasContent(
            String.format(
                "{\"name\":\"%s\",\"rows\":%d,\"bytes\":%d,\"sha256\":\"%s\","
                    + "\"windowStart\":%d,\"windowEnd\":%d}",
                NAME, rows, content.length, sum, START, END));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void file_isThereOnceItIsReleased_andStaysAsItIs(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileDelivery delivery = to(server.location().open(), ONCE)) {
      delivery.check();
      ExportedFile first = upload(delivery, false, 30_000);
      assertThat(names(server)).as("not released").containsExactly(NAME + ".part");
      delivery.release(first);
      assertDelivered(server, 30_000);

      Files.setLastModifiedTime(server.files().resolve(NAME), FileTime.fromMillis(START));
      delivery.release(first);
      delivery.release(upload(delivery, false, 30_000));
      assertThat(Files.getLastModifiedTime(server.files().resolve(NAME)).toMillis())
          .as("written again with the same rows it is the same file")
          .isEqualTo(START);
      assertDelivered(server, 30_000);

      delivery.release(upload(delivery, false, 7));
      assertDelivered(server, 7);

      Files.delete(server.files().resolve(NAME));
      Files.delete(server.files().resolve(NAME + ".ack"));
      Files.delete(server.files().resolve(NAME + ".sha256"));
      delivery.release(first);
      assertThat(names(server)).as("what was taken does not come back").isEmpty();
      assertThat(failures).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void file_compressed_isWholeAndDigestedAsItIsThere(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileDelivery delivery = to(server.location().open(), ONCE)) {
      ExportedFile file = upload(delivery, true, 30_000);
      delivery.release(file);

      byte[] content = Files.readAllBytes(server.files().resolve(NAME));
      assertThat(file.bytes()).isEqualTo(content.length);
      assertThat(file.sha256()).isEqualTo(sha256(content));
      try (InputStream in =
          new GZIPInputStream(Files.newInputStream(server.files().resolve(NAME)))) {
        assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo(text(30_000));
      }
    }
  }

  /** Fails once at each step in turn, before it is done or after, and goes on as from a restore. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void delivery_struckAtAnyStep_endsWithOneWholeFile(Protocol protocol) throws Exception {
    for (boolean isDone : new boolean[] {false, true}) {
      int step = 1;
      boolean struck = true;
      while (struck) {
        FileServer server = empty(protocol);
        StrikingStore striking = new StrikingStore(server.location().open(), step, isDone);
        ExportedFile file = null;
        try (FileDelivery delivery = to(striking, ONCE)) {
          file = upload(delivery, false, 20_000);
          delivery.release(file);
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("the job goes on from its last checkpoint");
        }
        try (FileDelivery delivery = to(server.location().open(), ONCE)) {
          // A failure before the checkpoint has the window written again.
          delivery.release(file == null ? upload(delivery, false, 20_000) : file);
        }
        assertDelivered(server, 20_000);
        struck = striking.hasStruck();
        step++;
      }
      assertThat(step).as("steps").isGreaterThan(9);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void connection_thatIsLost_isMadeAgain(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    StrikingStore striking = new StrikingStore(server.location().open(), 2, false);
    try (FileDelivery delivery = to(striking, QUICK)) {
      ExportedFile file = upload(delivery, false, 30_000);
      server.restart();
      delivery.release(file);
      assertDelivered(server, 30_000);
      assertThat(striking.hasStruck()).isTrue();
      assertThat(failures.get()).isBetween(1, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"FTP", "FTPS", "SFTP"})
  void file_toAServerThatIsRestartedAmidIt_isThereWholeAndOnce(Protocol protocol) throws Exception {
    int rows = 200_000;
    byte[] half = text(rows / 2).getBytes(UTF_8);
    FileServer server = empty(protocol);
    AtomicInteger attempts = new AtomicInteger();
    try (FileDelivery delivery = to(server.location().open(), QUICK)) {
      ExportedFile file =
          delivery.upload(
              NAME,
              false,
              START,
              END,
              out -> {
                out.write(half, 0, half.length);
                if (attempts.getAndIncrement() == 0) {
                  server.restart();
                }
                out.write(half, 0, half.length);
                return rows;
              });
      delivery.release(file);
    }
    assertDelivered(server, rows);
    assertThat(attempts).as("written again from its start").hasValue(2);
    assertThat(failures).hasValue(1);
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void paths_thatLeadOut_areRefused(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    Path outside = server.outside().resolve("outside.csv");
    Files.writeString(outside, "as it was");
    try (FileStore store = server.location().open();
        FileDelivery delivery = to(store, ONCE)) {
      store.create("a.csv").close();
      assertThatThrownBy(() -> store.rename("none.csv", "a.csv")).isInstanceOf(IOException.class);
      assertThat(store.stat("a.csv")).as("replaced by nothing").isPresent();
      for (String name : List.of("../outside.csv", "..", "/outside.csv", "in/../../outside.csv")) {
        assertThatThrownBy(() -> store.create(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.delete(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.rename("a.csv", name))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> delivery.upload(name, false, START, END, out -> 0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("not the name of a file in its directory");
        assertThatThrownBy(() -> new ExportedFile(name, 0, 0, "", START, END))
            .isInstanceOf(IllegalArgumentException.class);
      }
      if (protocol == Protocol.FILE || protocol == Protocol.SFTP) {
        Files.createSymbolicLink(server.files().resolve(NAME + ".part"), outside.toAbsolutePath());
        assertThatThrownBy(() -> upload(delivery, false, 1)).isInstanceOf(IOException.class);
      }
    }
    assertThat(outside).hasContent("as it was");
  }

  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"FTP", "FTPS", "SFTP"})
  void server_thatLetsNobodyIn_saysWhatToDo(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileDelivery delivery = to(server.withWrongPassword().open(), QUICK)) {
      assertThatThrownBy(delivery::check)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("can't list at there in 3 attempts")
          .hasMessageContaining("--credentials")
          .satisfies(e -> assertThat(e.toString()).doesNotContain("hunter2"));
      assertThat(failures).hasValue(3);
    }
  }

  /** Ends the connection once, at a step that changes something, before it is done or after. */
  private static final class StrikingStore implements FileStore {
    private final FileStore store;
    private final boolean isDone;

    private int stepsLeft;

    StrikingStore(FileStore store, int step, boolean isDone) {
      this.store = store;
      this.stepsLeft = step;
      this.isDone = isDone;
    }

    boolean hasStruck() {
      return stepsLeft <= 0;
    }

    private interface Step {
      void take() throws IOException;
    }

    private void step(Step step) throws IOException {
      stepsLeft--;
      if (stepsLeft != 0) {
        step.take();
        return;
      }
      if (isDone) {
        step.take();
      }
      store.close();
      throw new IOException("the connection was dropped");
    }

    @Override
    public List<FileStat> list() throws IOException {
      return store.list();
    }

    @Override
    public Optional<FileStat> stat(String name) throws IOException {
      return store.stat(name);
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
      return store.open(name, offset);
    }

    @Override
    public OutputStream create(String name) throws IOException {
      OutputStream real = store.create(name);
      return new FilterOutputStream(real) {
        private boolean isClosed;

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          step(() -> real.write(bytes, from, length));
        }

        @Override
        public void close() throws IOException {
          if (!isClosed) {
            isClosed = true;
            step(real::close);
          }
        }
      };
    }

    @Override
    public void rename(String from, String to) throws IOException {
      step(() -> store.rename(from, to));
    }

    @Override
    public void delete(String name) throws IOException {
      step(() -> store.delete(name));
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }
}
