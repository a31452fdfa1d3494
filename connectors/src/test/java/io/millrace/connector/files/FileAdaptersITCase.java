package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.millrace.connector.files.DirectoryWatch.Listing;
import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.connector.files.FileLocation.Protocol;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A directory as it is, and behind real servers of FTP, FTPS and SFTP: all of them behave alike.
 */
class FileAdaptersITCase {
  private static final long START = 1_764_151_200_000L;
  private static final int STABLE_MILLIS = 1_000;
  private static final Retries QUICK = new Retries(20, 50, 500);
  private static final FormatSpec FORMAT =
      new FormatSpec(null, List.of(), "record", null, 64 * 1024, ArchiveLimits.DEFAULT);

  private static final Map<Protocol, FileServer> SERVERS = new EnumMap<>(Protocol.class);

  @TempDir private static Path directory;

  private final AtomicInteger failures = new AtomicInteger();
  private final AtomicLong clock = new AtomicLong(START);

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

  private DirectoryWatch watch(FileStore store, String ack) {
    return new DirectoryWatch(
        store,
        new WatchSpec("*", 1_000, STABLE_MILLIS, ack, false),
        QUICK,
        failures::incrementAndGet,
        clock::get);
  }

  private static void put(Path file, String text, long modifiedAt) throws IOException {
    Files.writeString(file, text);
    Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedAt));
  }

  private static List<String> names(Listing listing) {
    return listing.found().stream().map(IngestedFile::name).sorted().toList();
  }

  /** Lists twice, as far apart as files must stay the same. */
  private List<IngestedFile> settled(DirectoryWatch watch, Collection<FileStat> known)
      throws IOException {
    List<IngestedFile> found = new ArrayList<>(watch.list(known).found());
    clock.addAndGet(STABLE_MILLIS);
    found.addAll(watch.list(known).found());
    return found;
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void files_areFoundOnce_andOnlyWhenComplete(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileStore store = server.location().open()) {
      DirectoryWatch watch = watch(store, "");
      Path growing = server.files().resolve("growing.csv");
      put(server.files().resolve("a b \u00E4.csv"), "id\n1\n", START);
      put(server.files().resolve("a.csv.part"), "id\n", START);
      put(growing, "id\n", START);
      Files.createDirectory(server.files().resolve("inner.csv"));

      assertThat(watch.list(List.of()).found()).as("seen once is not stable").isEmpty();
      put(growing, "id\n1\n", START + 10_000);
      clock.addAndGet(STABLE_MILLIS);
      Listing second = watch.list(List.of());
      assertThat(names(second)).containsExactly("a b \u00E4.csv");
      assertThat(second.settled()).as("one still grows").isFalse();
      IngestedFile first = second.found().get(0);
      assertThat(first.size()).isEqualTo(5);
      Map<String, FileStat> known = new TreeMap<>(Map.of(first.name(), first.stat()));

      clock.addAndGet(STABLE_MILLIS);
      Listing third = watch.list(known.values());
      assertThat(names(third)).as("what is known is passed over").containsExactly("growing.csv");
      assertThat(third.settled()).isTrue();
      third.found().forEach(file -> known.put(file.name(), file.stat()));

      put(server.files().resolve("a b \u00E4.csv"), "id\n1\n", START + 20_000);
      assertThat(settled(watch, known.values()))
          .as("sent again with the same contents it is the same file")
          .extracting(IngestedFile::fileId)
          .containsExactly(first.fileId());
      put(server.files().resolve("a b \u00E4.csv"), "id\n2\n", START + 30_000);
      assertThat(settled(watch, known.values()))
          .as("with others, of the same size, it is another")
          .singleElement()
          .satisfies(other -> assertThat(other.fileId()).isNotEqualTo(first.fileId()))
          .satisfies(other -> assertThat(other.name()).isEqualTo(first.name()));

      DirectoryWatch acknowledged = watch(store, ".done");
      assertThat(acknowledged.list(List.of()).found()).isEmpty();
      put(server.files().resolve("growing.csv.done"), "", START);
      assertThat(names(acknowledged.list(List.of()))).containsExactly("growing.csv");
      assertThat(failures).hasValue(0);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void rows_overDroppedConnections_comeOnceEach(Protocol protocol) throws Exception {
    int count = 60_000;
    StringBuilder text = new StringBuilder("id,text\n");
    for (int i = 0; i < count; i++) {
      text.append(i).append(",some more text for this row\n");
    }
    FileServer server = empty(protocol);
    try (FileStore store = server.location().open()) {
      put(server.files().resolve("big.csv"), text.toString(), START);
      List<IngestedFile> found = settled(watch(store, ""), List.of());
      assertThat(found).hasSize(1);
      FileSplit split = FileSplit.of(found.get(0));

      FileSplitReader reader =
          new FileSplitReader(server.location().open(), FORMAT, failures::incrementAndGet);
      FileStep stopped = new FileStep(Kind.STARTED, null, 0, 0);
      int next = 0;
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
      while (next < count / 3) {
        for (FileStep step : steps(reader)) {
          if (step.kind() == Kind.ROW) {
            assertThat(id(step)).isEqualTo(next++);
            stopped = step;
          }
        }
      }
      server.restart();
      reader.close();

      // Another task goes on from there, and loses its connection in between.
      FileTally tally = new FileTally(next, next, 0, START, START);
      FileSplit rest = new FileSplit(split.file(), stopped.position(), true, false, tally);
      FileStore unsteady = new DroppingStore(server.location().open(), text.length() / 4);
      FileSplitReader other = new FileSplitReader(unsteady, FORMAT, failures::incrementAndGet);
      other.handleSplitsChanges(new SplitsAddition<>(List.of(rest)));
      Kind last = Kind.STARTED;
      while (last != Kind.COMPLETED) {
        for (FileStep step : steps(other)) {
          last = step.kind();
          if (last == Kind.ROW) {
            assertThat(id(step)).isEqualTo(next++);
          }
        }
      }
      other.close();
      assertThat(next).isEqualTo(count);
      assertThat(failures).as("the connection was lost").hasValue(1);
    }
  }

  /** More than the buffers of a connection hold, so that the server is amid it. */
  @ParameterizedTest
  @EnumSource(
      value = Protocol.class,
      names = {"FTP", "FTPS", "SFTP"})
  void bytes_ofAServerThatIsRestartedAmidThem_goOnWhereTheyWere(Protocol protocol)
      throws Exception {
    byte[] content = new byte[16 << 20];
    new Random(3).nextBytes(content);
    FileServer server = empty(protocol);
    Files.write(server.files().resolve("big.bin"), content);
    try (FileStore store = server.location().open()) {
      FileStat file = store.stat("big.bin").orElseThrow();
      byte[] read = new byte[content.length];
      try (InputStream in = new ResumingStream(store, file, 0, QUICK, failures::incrementAndGet)) {
        int before = in.readNBytes(read, 0, 100_000);
        server.restart();
        int after = in.readNBytes(read, before, read.length - before);
        assertThat(before + after).isEqualTo(content.length);
        assertThat(in.read()).as("nothing comes twice").isEqualTo(-1);
      }
      assertThat(Arrays.equals(read, content)).as("the bytes are those of the file").isTrue();
      assertThat(failures).as("the connection was lost").hasPositiveValue();
    }
  }

  @Test
  void server_ofAnotherKeyOrCertificate_isToldNothing_andSaysWhatToDo() throws Exception {
    FileServer sftp = empty(Protocol.SFTP);
    int logins = sftp.logins();
    try (FileStore store = sftp.withWrongHostKey().open()) {
      assertThatThrownBy(store::list)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("has the key SHA256:")
          .hasMessageContaining("put the new one there");
    }
    assertThat(sftp.logins()).as("no password was sent").isEqualTo(logins);

    FileServer ftps = empty(Protocol.FTPS);
    for (FileLocation refused : List.of(ftps.withoutTrustStore(), ftps.byAnotherName())) {
      try (FileStore store = refused.open()) {
        assertThatThrownBy(store::list)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("the certificate of the server at ftps://")
            .hasMessageContaining("trust-store of --credentials");
      }
    }
    try (FileStore store = ftps.location().open()) {
      assertThat(store.list()).as("who is right is served").isEmpty();
    }
  }

  private static List<FileStep> steps(FileSplitReader reader) throws IOException {
    List<FileStep> steps = new ArrayList<>();
    RecordsWithSplitIds<FileStep> batch = reader.fetch();
    while (batch.nextSplit() != null) {
      FileStep step;
      while ((step = batch.nextRecordFromSplit()) != null) {
        steps.add(step);
      }
    }
    return steps;
  }

  private static int id(FileStep step) {
    Row row = step.row();
    return row == null ? -1 : Integer.parseInt(row.fields().getOrDefault("id", "-1"));
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void files_changedWhileTheyAreRead_areDamagedFromThere(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileStore store = server.location().open()) {
      Path file = server.files().resolve("a.csv");
      put(file, "id\n1\n", START);
      IngestedFile found = settled(watch(store, ""), List.of()).get(0);
      put(file, "id\n2\n3\n", START + 10_000);
      FileSplitReader reader = new FileSplitReader(store, FORMAT, failures::incrementAndGet);
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(FileSplit.of(found))));
      assertThat(steps(reader))
          .extracting(FileStep::kind)
          .containsExactly(Kind.STARTED, Kind.REFUSED, Kind.DAMAGED);
    }
  }

  /** Once with nothing in its place, once with another file of its size. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void files_renamedWhileTheyAreRead_giveTheirRowsAndNoOthersAndAreDamaged(Protocol protocol)
      throws Exception {
    for (boolean replaced : List.of(false, true)) {
      FileServer server = empty(protocol);
      try (FileStore store = server.location().open()) {
        int count = 300_000;
        Path file = server.files().resolve("a.csv");
        put(file, rows(count, "old"), START);
        DirectoryWatch watch = watch(store, "");
        IngestedFile found = settled(watch, List.of()).get(0);
        FileSplitReader reader =
            new FileSplitReader(server.location().open(), FORMAT, failures::incrementAndGet);
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(FileSplit.of(found))));
        List<FileStep> steps = new ArrayList<>(steps(reader));

        Files.move(file, server.files().resolve("b.csv"));
        if (replaced) {
          put(file, rows(count, "new"), START + 10_000);
        }
        Kind last = Kind.STARTED;
        int next = 0;
        while (last != Kind.DAMAGED) {
          for (FileStep step : steps) {
            last = step.kind();
            Row row = step.row();
            if (last == Kind.ROW && row != null) {
              assertThat(row.fields()).containsEntry("text", "old");
              assertThat(id(step)).isEqualTo(next++);
            } else if (last == Kind.DAMAGED && row != null) {
              assertThat(row.message())
                  .isEqualTo(
                      replaced
                          ? "the file was changed while it was read"
                          : "the file was removed while it was read");
            }
            assertThat(last).as("it is not as it was found").isNotEqualTo(Kind.COMPLETED);
          }
          steps = last == Kind.DAMAGED ? List.of() : steps(reader);
        }
        reader.close();
        assertThat(next).as("what was open is read to its end").isEqualTo(count);

        List<IngestedFile> others = settled(watch, List.of(found.stat()));
        assertThat(others)
            .extracting(IngestedFile::name)
            .containsExactlyInAnyOrderElementsOf(
                replaced ? List.of("a.csv", "b.csv") : List.of("b.csv"));
        assertThat(others)
            .extracting(IngestedFile::fileId)
            .as("by another name, or with other contents, it is another file")
            .doesNotContain(found.fileId());
      }
    }
    assertThat(failures).as("nothing is tried again").hasValue(0);
  }

  private static String rows(int count, String text) {
    StringBuilder rows = new StringBuilder("id,text\n");
    for (int i = 0; i < count; i++) {
      rows.append(i).append(',').append(text).append('\n');
    }
    return rows.toString();
  }

  /** Who runs everything may read everything, and then there is nothing to try. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void files_thatMayNotBeRead_keepNoOthersBack(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    Path file = server.files().resolve("a.csv");
    put(file, "id\n1\n", START);
    put(server.files().resolve("b.csv"), "id\n2\n", START);
    Files.setPosixFilePermissions(file, Set.of());
    assumeThat(Files.isReadable(file)).isFalse();
    try (FileStore store = server.location().open()) {
      List<IngestedFile> found = settled(watch(store, ""), List.of());
      assertThat(found).extracting(IngestedFile::name).containsExactlyInAnyOrder("a.csv", "b.csv");
      assertThat(found)
          .filteredOn(each -> !each.isReadable())
          .extracting(IngestedFile::name)
          .containsExactly("a.csv");
      assertThat(read(store, "b.csv")).isEqualTo("id\n2\n");
      assertThatThrownBy(() -> read(store, "a.csv"))
          .isInstanceOf(UnreadableFileException.class)
          .hasMessageStartingWith("a.csv may not be read");
    }
    assertThat(failures).as("it is not tried again").hasValue(0);
  }

  /** A line of a listing that is the end of a name is no file. */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void names_thatAreNone_areLeftOut(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    for (String name :
        List.of(
            "a.csv",
            "new\nline.csv",
            "forged\nType=file;Size=5;Modify=20260101000000; forged.csv",
            "forged\r\n-rw-r--r-- 1 u g 5 Jan 01 2026 other.csv",
            "back\\slash.csv",
            "..\\up.csv")) {
      put(server.files().resolve(name), "id\n1\n", START);
    }
    try (FileStore store = server.location().open()) {
      assertThat(settled(watch(store, ""), List.of()))
          .extracting(IngestedFile::name)
          .containsExactly("a.csv");
      assertThat(store.list()).extracting(FileStat::name).allMatch(FileStat::isName);
      assertThat(read(store, "a.csv")).isEqualTo("id\n1\n");
    }
    assertThat(failures).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void paths_thatLeadOut_areRefused(Protocol protocol) throws Exception {
    FileServer server = empty(protocol);
    try (FileStore store = server.location().open()) {
      Path secret = server.outside().resolve("secret.csv");
      put(secret, "id\nhunter2\n", START);
      put(server.files().resolve("a.csv"), "id\n1\n", START);
      for (String name : List.of("../secret.csv", "..", "/secret.csv", "in/../../secret.csv")) {
        assertThatThrownBy(() -> store.open(name, 0))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("not the name of a file in its directory");
        assertThatThrownBy(() -> store.stat(name)).isInstanceOf(IllegalArgumentException.class);
      }
      if (protocol == Protocol.FILE || protocol == Protocol.SFTP) {
        Files.createSymbolicLink(server.files().resolve("link.csv"), secret.toAbsolutePath());
        assertThat(store.stat("link.csv")).isEmpty();
        assertThatThrownBy(() -> read(store, "link.csv")).isInstanceOf(IOException.class);
      }
      assertThat(store.list()).extracting(FileStat::name).containsExactly("a.csv");
      assertThat(read(store, "a.csv")).isEqualTo("id\n1\n");
      if (protocol != Protocol.FILE) {
        try (FileStore stranger = server.withWrongPassword().open()) {
          assertThatThrownBy(stranger::list)
              .isInstanceOf(IOException.class)
              .satisfies(e -> assertThat(String.valueOf(e)).doesNotContain("hunter2"));
        }
      }
    }
  }

  private static String read(FileStore store, String name) throws IOException {
    try (InputStream in = store.open(name, 0)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  /** Ends the connection once, after a number of bytes. */
  private static final class DroppingStore implements FileStore {
    private final FileStore store;

    private long bytesLeft;

    DroppingStore(FileStore store, long bytes) {
      this.store = store;
      this.bytesLeft = bytes;
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
      return new FilterInputStream(store.open(name, offset)) {
        @Override
        public int read(byte[] to, int from, int length) throws IOException {
          int read = super.read(to, from, length);
          boolean lasts = bytesLeft < 0;
          bytesLeft -= Math.max(read, 0);
          if (!lasts && bytesLeft < 0) {
            store.close();
            throw new IOException("the connection was dropped");
          }
          return read;
        }
      };
    }

    @Override
    public OutputStream create(String name) throws IOException {
      return store.create(name);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      store.rename(from, to);
    }

    @Override
    public void delete(String name) throws IOException {
      store.delete(name);
    }

    @Override
    public void close() throws IOException {
      store.close();
    }
  }
}
