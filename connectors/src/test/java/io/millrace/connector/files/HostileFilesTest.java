package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.connector.files.DirectoryWatch.Listing;
import io.millrace.connector.files.FileEvent.Kind;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import io.millrace.schema.codec.Rejection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that were made to harm, as large as those are: each is refused with a reason, in the memory
 * of any other, and the files before and after it are read.
 */
class HostileFilesTest {
  private static final int MAX_ROW = 64 * 1024;
  private static final int HUNDRED_MEGABYTES = 100_000_000;
  private static final int MILLION = 1_000_000;
  private static final long SPARE_BYTES = 16L << 20;
  private static final Map<String, String> ONE = Map.of("id", "1");
  private static final String TOO_MUCH = "the archive unpacks to more than its limits allow";
  private static final FormatSpec SPEC = spec(MAX_ROW);

  private static FormatSpec spec(int maxRow) {
    return new FormatSpec(null, List.of(), "record", null, maxRow, ArchiveLimits.DEFAULT);
  }

  private final Map<String, Content> files = new LinkedHashMap<>();
  private final Set<String> denied = new HashSet<>();
  private final AtomicLong clock = new AtomicLong(1_000);

  /** What a file holds: pieces, each so many times. */
  private record Content(List<byte[]> pieces, List<Integer> times) {
    Content() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    static Content of(byte[] bytes) {
      return new Content().and(bytes, 1);
    }

    static Content of(String text) {
      return of(text.getBytes(UTF_8));
    }

    Content and(byte[] piece, int count) {
      pieces.add(piece);
      times.add(count);
      return this;
    }

    Content and(String piece, int count) {
      return and(piece.getBytes(UTF_8), count);
    }

    long size() {
      long size = 0;
      for (int i = 0; i < pieces.size(); i++) {
        size += (long) pieces.get(i).length * times.get(i);
      }
      return size;
    }

    InputStream open() {
      return new InputStream() {
        private int piece;
        private int time;
        private int next;

        @Override
        public int read() throws IOException {
          byte[] one = new byte[1];
          return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int from, int length) {
          if (piece == pieces.size()) {
            return -1;
          }
          byte[] bytes = pieces.get(piece);
          int count = Math.min(length, bytes.length - next);
          System.arraycopy(bytes, next, to, from, count);
          next += count;
          if (next == bytes.length) {
            next = 0;
            if (++time == times.get(piece)) {
              time = 0;
              piece++;
            }
          }
          return count;
        }
      };
    }
  }

  /** A directory with these files. */
  private final class Made extends ReadOnlyStore {
    @Override
    public List<FileStat> list() {
      return files.keySet().stream().map(name -> stat(name).orElseThrow()).toList();
    }

    @Override
    public Optional<FileStat> stat(String name) {
      return Optional.ofNullable(files.get(name))
          .map(content -> new FileStat(name, content.size(), 1_000));
    }

    @Override
    public InputStream open(String name, long offset) throws IOException {
      Content content = files.get(name);
      if (content == null || denied.contains(name)) {
        throw new UnreadableFileException(name);
      }
      InputStream in = content.open();
      in.skipNBytes(offset);
      return in;
    }
  }

  private static void failed() {
    throw new AssertionError("nothing fails, and nothing is tried again");
  }

  private DirectoryWatch watch() {
    return new DirectoryWatch(
        new Made(),
        new WatchSpec("*", 1, 1, "", true),
        Retries.DEFAULT,
        HostileFilesTest::failed,
        clock::get);
  }

  private List<IngestedFile> found(DirectoryWatch watch, List<FileStat> known) throws IOException {
    List<IngestedFile> found = new ArrayList<>(watch.list(known).found());
    clock.incrementAndGet();
    Listing listing = watch.list(known);
    found.addAll(listing.found());
    assertThat(listing.settled()).as("no file keeps a bounded run from its end").isTrue();
    return found;
  }

  /** Reads them as a task does; of each the rows, reasons of refused rows, and how it ended. */
  private Map<String, List<Object>> read(FormatSpec spec, List<IngestedFile> found)
      throws IOException {
    Map<String, List<Object>> read = new LinkedHashMap<>();
    FileSplitReader reader = new FileSplitReader(new Made(), spec, HostileFilesTest::failed);
    for (IngestedFile file : found) {
      List<Object> seen = new ArrayList<>();
      read.put(file.name(), seen);
      reader.handleSplitsChanges(new SplitsAddition<>(List.of(FileSplit.of(file))));
      Kind last = Kind.STARTED;
      while (last != Kind.COMPLETED && last != Kind.DAMAGED) {
        RecordsWithSplitIds<FileStep> batch = reader.fetch();
        while (batch.nextSplit() != null) {
          FileStep step;
          while ((step = batch.nextRecordFromSplit()) != null) {
            last = step.kind();
            add(seen, step);
          }
        }
      }
    }
    reader.close();
    return read;
  }

  private static void add(List<Object> seen, FileStep step) {
    Row row = step.row();
    if (step.kind() == Kind.DAMAGED && row != null) {
      seen.add(row.message());
    } else if (row != null) {
      seen.add(row.rejection() == null ? row.fields() : row.rejection());
    }
  }

  private Map<String, List<Object>> readBetweenGoodOnes(FormatSpec spec) throws IOException {
    Map<String, Content> hostile = new LinkedHashMap<>(files);
    files.clear();
    files.put("before.csv", Content.of("id\n1\n"));
    files.putAll(hostile);
    files.put("behind.csv", Content.of("id\n1\n"));
    Map<String, List<Object>> read = read(spec, found(watch(), List.of()));
    assertThat(read.remove("before.csv")).containsExactly(ONE);
    assertThat(read.remove("behind.csv")).containsExactly(ONE);
    return read;
  }

  /** What a file of its own gives, and at last why the rest of it is refused. */
  private static List<Object> rows(FormatSpec spec, String name, InputStream in)
      throws IOException {
    List<Object> rows = new ArrayList<>();
    try (RowSource source = new FileRows(spec).open(name, offset -> in, 0, 0)) {
      Row row;
      while ((row = source.next()) != null) {
        rows.add(row.rejection() == null ? row.fields() : row.rejection());
      }
    } catch (DamagedFileException e) {
      rows.add(String.valueOf(e.getMessage()));
    }
    return rows;
  }

  /** Like a connection it does not know whether there is more. */
  private static InputStream silent(byte[] bytes) {
    return Content.of(bytes).open();
  }

  @Test
  void csv_ofAMillionColumns_isRefusedRowByRow() throws IOException {
    String commas = ",".repeat(MILLION - 1);
    files.put("row.csv", Content.of("id,note\n1,\n" + commas + "\n2,\n"));
    files.put("header.csv", Content.of(commas.replace(",", "a,") + "a\n1\n"));
    Map<String, List<Object>> read = readBetweenGoodOnes(SPEC);
    assertThat(read.get("row.csv")).containsExactly(ONE, Rejection.TOO_LARGE, Map.of("id", "2"));
    assertThat(read.get("header.csv"))
        .containsExactly(
            Rejection.DAMAGED_FILE, "the first row, which names the columns, is too large");
  }

  @Test
  void csv_ofAsManyColumnsAsTheLargestRowHolds_isRefusedOrRead() throws IOException {
    int most = FormatSpec.MOST_ROW_BYTES;
    files.put("row.csv", Content.of("id,note\n1,\n" + ",".repeat(most) + "\n2,\n"));
    StringBuilder header = new StringBuilder("a0");
    int columns = 1;
    while (header.length() < most - 8) {
      header.append(",a").append(Integer.toString(columns++, 36));
    }
    files.put("wide.csv", Content.of(header + "\n" + "=".repeat(3) + ",".repeat(columns - 1)));
    Map<String, List<Object>> read = readBetweenGoodOnes(spec(most));
    assertThat(read.get("row.csv")).containsExactly(ONE, Rejection.INVALID_LINE, Map.of("id", "2"));
    assertThat(columns).isGreaterThan(100_000);
    assertThat(read.get("wide.csv")).containsExactly(Map.of("a0", "==="));
  }

  /** Also what is no data must not be kept. */
  @ParameterizedTest
  @ValueSource(
      strings = {"<a>|</a>", "<a><![CDATA[|]]></a>", "<a b='|'/>", "<!--|-->", "<?p |?>", "<|/>"})
  void xml_ofAHundredMegabytesInOnePiece_isRefused(String around) throws IOException {
    int at = around.indexOf('|');
    byte[] text = "x".repeat(100_000).getBytes(UTF_8);
    files.put(
        "a.xml",
        Content.of("<all><record><id>1</id></record><record>" + around.substring(0, at))
            .and(text, HUNDRED_MEGABYTES / text.length)
            .and(around.substring(at + 1) + "</record><record><id>1</id></record></all>", 1));
    List<Object> rows = readBetweenGoodOnes(SPEC).getOrDefault("a.xml", List.of());
    if (around.equals("<a>|</a>")) {
      assertThat(rows).containsExactly(ONE, Rejection.TOO_LARGE, ONE);
    } else {
      assertThat(rows).hasSize(3).startsWith(ONE, Rejection.DAMAGED_FILE);
      assertThat(String.valueOf(rows.get(2)))
          .containsAnyOf(
              "one piece of the XML has more than " + 2 * MAX_ROW + " bytes",
              "exceeds the \"1,000\" limit");
    }
  }

  @Test
  void xml_ofAHundredMegabytesOfText_leavesTheHeapAsItIs() throws IOException {
    byte[] text = "x".repeat(100_000).getBytes(UTF_8);
    Content content =
        Content.of("<all><record><a>")
            .and(text, HUNDRED_MEGABYTES / text.length)
            .and("</a></record></all>", 1);
    List<Long> used = new ArrayList<>();
    InputStream looked =
        new FilterInputStream(content.open()) {
          private long bytes;

          @Override
          public int read(byte[] to, int from, int length) throws IOException {
            int read = super.read(to, from, length);
            bytes += Math.max(read, 0);
            if (bytes > (used.size() + 1) * 10_000_000L) {
              System.gc();
              used.add(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            return read;
          }
        };
    assertThat(rows(SPEC, "a.xml", looked)).containsExactly(Rejection.TOO_LARGE);
    assertThat(used).hasSize(10);
    used.sort(null);
    assertThat(used.get(9) - used.get(0)).isLessThan(SPARE_BYTES);
  }

  @Test
  void xml_ofABillionLaughsOrWhatIsOutside_isRefusedAndSaysNothingOfIt(@TempDir Path directory)
      throws IOException {
    Path secret = Files.writeString(directory.resolve("secret.xml"), "<a>hunter2</a>");
    StringBuilder laughs = new StringBuilder("<!DOCTYPE all [<!ENTITY e0 'lol'>");
    for (int i = 1; i < 10; i++) {
      laughs.append("<!ENTITY e").append(i).append(" '");
      laughs.append(("&e" + (i - 1) + ";").repeat(10)).append("'>");
    }
    String billion = laughs + "]><all><record>&e9;</record></all>";
    files.put("laughs.xml", Content.of(billion));
    files.put("wide.xml", Content.of(billion.getBytes(UTF_16)));
    files.put(
        "file.xml",
        Content.of(
            String.format(
                "<!DOCTYPE all [<!ENTITY e SYSTEM '%s'>]><all><record>&e;</record></all>",
                secret.toUri())));
    String include =
        String.format(
            "<all xmlns:xi='http://www.w3.org/2001/XInclude'><record>"
                + "<xi:include href='%s'/></record></all>",
            secret.toUri());
    files.put("include.xml", Content.of(include));
    Map<String, List<Object>> read = readBetweenGoodOnes(SPEC);
    for (String name : List.of("laughs.xml", "wide.xml", "file.xml")) {
      assertThat(read.get(name))
          .as(name)
          .containsExactly(Rejection.DAMAGED_FILE, "the XML has a DOCTYPE, which is refused");
    }
    assertThat(read.get("include.xml"))
        .containsExactly(Map.of("include/@href", secret.toUri().toString()));
    assertThat(read.toString()).doesNotContain("hunter2");
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] zip(String name, byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(packed)) {
      out.putNextEntry(new ZipEntry("one.csv"));
      out.write("id\n1\n".getBytes(UTF_8));
      out.putNextEntry(new ZipEntry(name));
      out.write(bytes);
      out.putNextEntry(new ZipEntry("other.csv"));
      out.write("id\n1\n".getBytes(UTF_8));
    }
    return packed.toByteArray();
  }

  @Test
  void archives_thatExpandAThousandfold_endAtTheirLimitAndOthersAreRead() throws IOException {
    String first = "id\n1\n";
    byte[] lines = new byte[64 << 20];
    Arrays.fill(lines, (byte) '0');
    System.arraycopy(first.getBytes(UTF_8), 0, lines, 0, first.length());
    for (int at = first.length(); at < lines.length; at += 1 << 20) {
      lines[at] = '\n';
    }
    byte[] packed = gzip(lines);
    assertThat(lines.length / packed.length).as("how many times as large").isGreaterThan(1_000);
    files.put("a.csv.gz", Content.of(packed));
    files.put("a.zip", Content.of(zip("bomb.csv", lines)));
    Map<String, List<Object>> read = readBetweenGoodOnes(SPEC);
    for (List<Object> rows : read.values()) {
      assertThat(rows)
          .startsWith(ONE)
          .contains(Rejection.TOO_LARGE)
          .endsWith(Rejection.DAMAGED_FILE, TOO_MUCH)
          .hasSizeBetween(15, 25);
    }
    assertThat(read).containsOnlyKeys("a.csv.gz", "a.zip");
  }

  /** The files in 42.zip are archives, down to those that hold 4 GiB of zeros each. */
  @Test
  void archives_like42Zip_endAtEitherOfTheirLayers() throws IOException {
    byte[] innermost = zip("0.csv", new byte[32 << 20]);
    files.put("42.zip", Content.of(zip("lib 0.zip", innermost)));
    files.put("lib 0.zip", Content.of(innermost));
    Map<String, List<Object>> read = readBetweenGoodOnes(SPEC);
    assertThat(read.get("42.zip"))
        .containsExactly(ONE, Rejection.DAMAGED_FILE, "an archive in an archive is refused");
    assertThat(read.get("lib 0.zip")).containsExactly(ONE, Rejection.DAMAGED_FILE, TOO_MUCH);
  }

  /** What nobody reads is unpacked all the same, to be passed over. */
  @Test
  void archives_withABombBehindTheNameOfADirectory_endAtTheirLimit() throws IOException {
    files.put("a.zip", Content.of(zip("directory/", new byte[64 << 20])));
    assertThat(readBetweenGoodOnes(SPEC).get("a.zip"))
        .containsExactly(ONE, Rejection.DAMAGED_FILE, TOO_MUCH);
  }

  /**
   * A file of a ZIP archive as it is, not packed, with its header; its attributes are elsewhere.
   */
  private static byte[] stored(String name, String text) {
    byte[] content = text.getBytes(UTF_8);
    CRC32 crc = new CRC32();
    crc.update(content);
    return ByteBuffer.allocate(30 + name.length() + content.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x04034B50)
        .putShort((short) 20)
        .putLong(0)
        .putInt((int) crc.getValue())
        .putInt(content.length)
        .putInt(content.length)
        .putShort((short) name.length())
        .putShort((short) 0)
        .put(name.getBytes(UTF_8))
        .put(content)
        .array();
  }

  /** The directory of an archive with one file, which is a symbolic link. */
  private static byte[] directoryOfLink(String name, byte[] stored) {
    return ByteBuffer.allocate(46 + name.length() + 22)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x02014B50)
        .putShort((short) ((3 << 8) | 20))
        .put(stored, 4, 26)
        .putShort((short) 0)
        .putInt(0)
        .putInt(0120777 << 16)
        .putInt(0)
        .put(name.getBytes(UTF_8))
        .putInt(0x06054B50)
        .putInt(0)
        .putShort((short) 1)
        .putShort((short) 1)
        .putInt(46 + name.length())
        .putInt(stored.length)
        .putShort((short) 0)
        .array();
  }

  @Test
  void archives_withASymbolicLink_haveTheTextOfItsTargetAndNothingOfIt(@TempDir Path directory)
      throws IOException {
    Path secret = Files.writeString(directory.resolve("secret.csv"), "hunter2\n");
    for (String target : List.of(secret.toString(), "../".repeat(20) + secret)) {
      byte[] link = stored("link.csv", target);
      byte[] archive =
          Content.of(link).and(directoryOfLink("link.csv", link), 1).open().readAllBytes();
      Path file = Files.write(directory.resolve("a.zip"), archive);
      try (FileSystem opened = FileSystems.newFileSystem(file)) {
        assertThat(Files.readString(opened.getPath("link.csv"))).isEqualTo(target);
      }
      FormatSpec spec =
          new FormatSpec(null, List.of("id"), "record", null, MAX_ROW, ArchiveLimits.DEFAULT);
      assertThat(rows(spec, "a.zip", silent(archive))).containsExactly(Map.of("id", target));
    }
  }

  @Test
  void archives_ofAMillionFiles_endAtTheFirstTooMany() throws IOException {
    AtomicLong made = new AtomicLong();
    InputStream million =
        new InputStream() {
          private InputStream next = InputStream.nullInputStream();

          @Override
          public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
          }

          @Override
          public int read(byte[] to, int from, int length) throws IOException {
            int read = next.read(to, from, length);
            while (read < 0 && made.get() < MILLION) {
              next = new ByteArrayInputStream(stored(made.incrementAndGet() + ".csv", "id\n1\n"));
              read = next.read(to, from, length);
            }
            return read;
          }
        };
    List<Object> rows = rows(SPEC, "a.zip", million);
    int most = ArchiveLimits.DEFAULT.maxEntries();
    assertThat(rows)
        .hasSize(most + 1)
        .endsWith(ONE, "the archive has more than " + most + " files");
    assertThat(made.get()).as("those behind are not even looked at").isLessThan(most + 100L);
  }

  /** Java's reader takes an archive for ended where it finds no further file. */
  @ParameterizedTest
  @ValueSource(strings = {"a.zip", "a.csv.gz"})
  void archives_cutOffAnywhere_areDamagedAndNeverComplete(String name) throws IOException {
    byte[] whole = name.equals("a.zip") ? zip("b.csv", "id\n1\n".getBytes(UTF_8)) : members();
    assertThat(rows(SPEC, name, silent(whole)))
        .hasSize(3)
        .allSatisfy(row -> assertThat(row).isInstanceOf(Map.class));
    for (int length = 0; length < whole.length; length++) {
      List<Object> rows = rows(SPEC, name, silent(Arrays.copyOf(whole, length)));
      if (name.equals("a.csv.gz") && length == firstMember()) {
        assertThat(rows).hasSize(1);
      } else {
        assertThat(rows).as("the first %d bytes", length).last().isInstanceOf(String.class);
      }
    }
  }

  private static int firstMember() throws IOException {
    return gzip("id\n1\n".getBytes(UTF_8)).length;
  }

  private static byte[] members() throws IOException {
    ByteArrayOutputStream members = new ByteArrayOutputStream();
    members.write(gzip("id\n1\n".getBytes(UTF_8)));
    members.write(gzip("2\n3\n".getBytes(UTF_8)));
    return members.toByteArray();
  }

  @Test
  void zip_withABrokenHeaderAmongItsFiles_isDamaged() throws IOException {
    byte[] archive = zip("b.csv", "id\n1\n".getBytes(UTF_8));
    String text = new String(archive, ISO_8859_1);
    archive[text.indexOf("PK\003\004", 4) + 2]++;
    assertThat(rows(SPEC, "a.zip", silent(archive)))
        .containsExactly(ONE, "the archive lists 3 files, and 1 were found");
  }

  /** Java looks for another member only where it happens to have 18 bytes of it already. */
  @Test
  void gzip_ofSeveralMembers_isReadWholeWhereverTheyMeet() throws IOException {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder("id\n");
    Set<Integer> ends = new HashSet<>();
    for (int length = 0; length < 1_200; length++) {
      text.append((char) ('0' + random.nextInt(75)));
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(gzip((text + "\n").getBytes(UTF_8)));
      ends.add(file.size() % 512);
      file.write(gzip("last\n".getBytes(UTF_8)));
      assertThat(rows(SPEC, "a.csv.gz", silent(file.toByteArray())))
          .as("members that meet at %d", file.size())
          .endsWith(Map.of("id", "last"));
    }
    assertThat(ends).as("they meet at every place of a buffer").hasSize(512);
  }

  @Test
  void gzip_withSomethingElseBehindIt_isDamagedFromThere() throws IOException {
    for (int length : List.of(1, 5, 30, 5_000)) {
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.write(members());
      file.write(new byte[length]);
      assertThat(rows(SPEC, "a.csv.gz", silent(file.toByteArray())))
          .containsExactly(
              ONE,
              Map.of("id", "2"),
              Map.of("id", "3"),
              "the archive can't be unpacked: there is more after its end");
    }
  }

  @Test
  void gzip_whoseConnectionFailsBetweenMembers_fails() throws IOException {
    byte[] first = gzip("id\n1\n".getBytes(UTF_8));
    InputStream failing =
        new FilterInputStream(silent(first)) {
          @Override
          public int read(byte[] to, int from, int length) throws IOException {
            int read = super.read(to, from, length);
            if (read < 0) {
              throw new IOException("the connection was lost");
            }
            return read;
          }
        };
    assertThatThrownBy(() -> rows(SPEC, "a.csv.gz", failing)).hasMessage("the connection was lost");
  }

  @Test
  void files_thatMayNotBeRead_areOneDeadLetterUntilTheyMay() throws IOException {
    files.put("secret.csv", Content.of("id\n1\n"));
    denied.add("secret.csv");
    String reason = "secret.csv may not be read; let the user that the job logs in as read it";
    assertThat(readBetweenGoodOnes(SPEC).get("secret.csv"))
        .containsExactly(Rejection.DAMAGED_FILE, reason);

    files.keySet().retainAll(Set.of("secret.csv"));
    DirectoryWatch watch = watch();
    IngestedFile before = found(watch, List.of()).get(0);
    assertThat(before.isReadable()).isFalse();
    assertThat(found(watch, List.of()))
        .as("it is not another one, however often it is listed")
        .extracting(IngestedFile::fileId)
        .containsExactly(before.fileId());
    denied.clear();
    assertThat(read(SPEC, List.of(before)).get("secret.csv"))
        .as("what was reported is not read after all, as the same file")
        .containsExactly(Rejection.DAMAGED_FILE, reason);
    IngestedFile after = found(watch, List.of()).get(0);
    assertThat(after.fileId()).isNotEqualTo(before.fileId());
    assertThat(read(SPEC, List.of(after)).get("secret.csv")).containsExactly(ONE);
    denied.add("secret.csv");
    assertThat(read(SPEC, List.of(after)).get("secret.csv"))
        .as("it was taken away before it was read")
        .containsExactly(Rejection.DAMAGED_FILE, reason);
  }
}
