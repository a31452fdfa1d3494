package io.millrace.connector.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.avro.AvroSchemas;
import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.RejectedException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableWithLineage;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.avro.AvroParquetReader;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.LocalInputFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives in Parquet, as Parquet's own reader finds them. */
@SuppressWarnings("try") // A harness may be interrupted when it is closed.
public class ArchiveParquetTest {
  private static final long START = 1_769_850_000_000L;
  private static final long DAY_MILLIS = 86_400_000;

  /** One of everything. */
  public record Numbered(
      long number,
      @EventTime long at,
      @Nullable String note,
      boolean even,
      double half,
      List<String> tags,
      Map<String, String> fields) {}

  @TempDir private Path directory;

  private static Numbered row(int number) {
    return new Numbered(
        number,
        START + number % 2 * DAY_MILLIS,
        number % 3 == 0 ? null : "note \u00E4 " + number,
        number % 2 == 0,
        number / 2.0,
        number % 4 == 0 ? List.of() : List.of("a", "b" + number),
        number % 5 == 0 ? Map.of() : new TreeMap<>(Map.of("k", "v" + number)));
  }

  private Configuration options(String format) {
    return new Configuration()
        .set(ArchiveOptions.ARCHIVE, directory.toAbsolutePath().toString())
        .set(ArchiveOptions.ARCHIVE_FORMAT, format);
  }

  private Archive<Numbered> archive(String format) {
    return Archive.of(options(format), "rows", Numbered.class, row -> row, Numbered::at);
  }

  private static <T>
      OneInputStreamOperatorTestHarness<T, CommittableMessage<ArchiveCommittable>> harness(
          Archive<T> archive) throws Exception {
    return new OneInputStreamOperatorTestHarness<>(new SinkWriterOperatorFactory<>(archive));
  }

  private static void write(OneInputStreamOperatorTestHarness<Numbered, ?> writer, int from, int to)
      throws Exception {
    for (int number = from; number < to; number++) {
      writer.processElement(row(number), START);
    }
  }

  private static List<ArchiveCommittable> committables(
      OneInputStreamOperatorTestHarness<?, CommittableMessage<ArchiveCommittable>> writer) {
    List<ArchiveCommittable> committables = new ArrayList<>();
    for (CommittableMessage<ArchiveCommittable> message : writer.extractOutputValues()) {
      if (message instanceof CommittableWithLineage<ArchiveCommittable> withLineage) {
        committables.add(withLineage.getCommittable());
      }
    }
    return committables;
  }

  /** A request to commit, as after a checkpoint. */
  private record Request(ArchiveCommittable getCommittable)
      implements Committer.CommitRequest<ArchiveCommittable> {
    @Override
    public int getNumberOfRetries() {
      return 0;
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      throw new AssertionError(reason);
    }

    @Override
    public void retryLater() {
      throw new AssertionError("not committed");
    }

    @Override
    public void updateAndRetryLater(ArchiveCommittable changed) {
      throw new AssertionError("not committed: " + changed);
    }

    @Override
    public void signalAlreadyCommitted() {
      // As after a failure.
    }
  }

  /** Commits, twice as after a failure in between, what was serialized meanwhile. */
  private static void commit(Archive<?> archive, List<ArchiveCommittable> prepared)
      throws Exception {
    var form = archive.getCommittableSerializer();
    for (int attempt = 0; attempt < 2; attempt++) {
      Collection<Committer.CommitRequest<ArchiveCommittable>> requests = new ArrayList<>();
      for (ArchiveCommittable each : prepared) {
        requests.add(new Request(form.deserialize(form.getVersion(), form.serialize(each))));
      }
      CommitterInitContext never =
          (CommitterInitContext)
              Proxy.newProxyInstance(
                  ArchiveParquetTest.class.getClassLoader(),
                  new Class<?>[] {CommitterInitContext.class},
                  (proxy, method, arguments) -> {
                    throw new UnsupportedOperationException(method.getName());
                  });
      try (Committer<ArchiveCommittable> committer = archive.createCommitter(never)) {
        committer.commit(requests);
      }
    }
  }

  private List<Path> finished(String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(directory.resolve("rows"))) {
      return all.filter(file -> file.getFileName().toString().matches("part-.*\\" + suffix))
          .filter(file -> !file.toString().contains("_manifest"))
          .sorted()
          .toList();
    }
  }

  /** The rows that Parquet's reader finds, each by its number; fails where one is there twice. */
  private static Map<Long, Numbered> read(List<Path> files) throws IOException {
    Map<Long, Numbered> rows = new TreeMap<>();
    for (Path file : files) {
      try (ParquetReader<GenericRecord> reader =
          AvroParquetReader.<GenericRecord>builder(
                  new LocalInputFile(file), new PlainParquetConfiguration())
              .withDataModel(GenericData.get())
              .withCodecFactory(new ZstdCodecs())
              .build()) {
        for (GenericRecord record = reader.read(); record != null; record = reader.read()) {
          Numbered row = numbered(record);
          assertThat(file.toString())
              .contains("/day=2026-0" + (row.number() % 2 == 0 ? "1-31/" : "2-01/"));
          assertThat(rows.put(row.number(), row))
              .as("row %d is there twice", row.number())
              .isNull();
        }
      }
    }
    return rows;
  }

  private static Numbered numbered(GenericRecord record) {
    List<String> tags = new ArrayList<>();
    ((Collection<?>) record.get("tags")).forEach(tag -> tags.add(tag.toString()));
    Map<String, String> fields = new TreeMap<>();
    ((Map<?, ?>) record.get("fields"))
        .forEach((name, value) -> fields.put(name.toString(), value.toString()));
    Object note = record.get("note");
    return new Numbered(
        (Long) record.get("number"),
        (Long) record.get("at"),
        note == null ? null : note.toString(),
        (Boolean) record.get("even"),
        (Double) record.get("half"),
        tags,
        fields);
  }

  private void assertSuccess(int files, int rows) throws IOException {
    assertThat(Files.readString(directory.resolve("rows/_SUCCESS")))
        .startsWith("{\"files\":" + files + ",\"rows\":" + rows + ",");
  }

  private static Map<Long, Numbered> expected(int from, int to) {
    Map<Long, Numbered> rows = new TreeMap<>();
    IntStream.range(from, to).forEach(number -> rows.put((long) number, row(number)));
    return rows;
  }

  @Test
  void rows_goneOnWithFromACheckpoint_areThereOnceEach() throws Exception {
    Archive<Numbered> archive = archive("parquet");
    OperatorSubtaskState state;
    try (var writer = harness(archive)) {
      writer.open();
      write(writer, 0, 2_000);
      writer.prepareSnapshotPreBarrier(1);
      state = writer.snapshot(1, 1);
      commit(archive, committables(writer));
      // What follows is lost with the task.
      write(writer, 2_000, 2_500);
    }
    assertThat(read(finished(".parquet"))).as("after the checkpoint").isEqualTo(expected(0, 2_000));
    assertThat(directory.resolve("rows/_SUCCESS")).doesNotExist();

    try (var writer = harness(archive)) {
      writer.initializeState(state);
      writer.open();
      write(writer, 2_000, 3_000);
      writer.endInput();
      commit(archive, committables(writer));
    }
    List<Path> files = finished(".parquet");
    assertThat(files).as("a file of each day and checkpoint").hasSize(4);
    assertThat(read(files)).isEqualTo(expected(0, 3_000));
    assertSuccess(4, 3_000);
    for (Path file : files) {
      ParquetMetadata footer = footer(file);
      String schema = footer.getFileMetaData().getKeyValueMetaData().get("parquet.avro.schema");
      assertThat(new Schema.Parser().parse(schema))
          .isEqualTo(new Schema.Parser().parse(AvroSchemas.of(Numbered.class).toString()));
      assertThat(footer.getBlocks().stream().flatMap(block -> block.getColumns().stream()))
          .isNotEmpty()
          .allMatch(column -> column.getCodec() == CompressionCodecName.ZSTD);
    }
  }

  private static ParquetMetadata footer(Path file) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .build();
    try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
      return reader.getFooter();
    }
  }

  @Test
  void rows_begunInJson_endThere_andGoOnInParquet() throws Exception {
    Archive<Numbered> json = archive("json");
    OperatorSubtaskState state;
    try (var writer = harness(json)) {
      writer.open();
      write(writer, 0, 10);
      writer.prepareSnapshotPreBarrier(1);
      state = writer.snapshot(1, 1);
      assertThat(committables(writer)).as("small and young files go on").isEmpty();
    }

    Archive<Numbered> parquet = archive("parquet");
    try (var writer = harness(parquet)) {
      writer.initializeState(state);
      writer.open();
      write(writer, 10, 30);
      writer.endInput();
      commit(parquet, committables(writer));
    }
    JsonCodec<Numbered> codec = JsonCodec.of(Numbered.class);
    Map<Long, Numbered> rows = read(finished(".parquet"));
    for (Path file : finished(".jsonl")) {
      for (String line : Files.readAllLines(file)) {
        Numbered row = codec.decode(line.getBytes(UTF_8));
        assertThat(rows.put(row.number(), row)).isNull();
      }
    }
    assertThat(rows).isEqualTo(expected(0, 30));
    assertSuccess(4, 30);
  }

  @Test
  void options_thatCantBe_areRefused() throws Exception {
    assertThatThrownBy(() -> archive("csv"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no format \"csv\"; valid for --archive-format: json, parquet");
  }

  /** A row of plain fields. */
  public record Plain(
      long number, @Nullable String text, boolean even, double half, @EventTime long at) {}

  private static Plain plain(int number) {
    return new Plain(
        number,
        number % 3 == 0 ? null : "text \u00E4\n\uD83D\uDE00 " + number % 50,
        number % 2 == 0,
        number / 2.0,
        START);
  }

  /** Two row groups of many pages, since the texts of some rows are long. */
  @Test
  void rowsOfPlainFields_areReadBackAsLinesOfJson() throws Exception {
    Archive<Plain> archive =
        Archive.of(options("parquet"), "rows", Plain.class, row -> row, Plain::at);
    Map<Long, Plain> expected = new TreeMap<>();
    try (var writer = harness(archive)) {
      writer.open();
      for (int number = 0; number < 12_000; number++) {
        Plain row = plain(number);
        if (number % 2 == 0) {
          byte[] noise = new byte[9_000];
          new Random(number).nextBytes(noise);
          row = new Plain(number, HexFormat.of().formatHex(noise), true, 0.1, START);
        }
        expected.put(row.number(), row);
        writer.processElement(row, START);
      }
      writer.endInput();
      commit(archive, committables(writer));
    }
    Path file = finished(".parquet").get(0);
    assertThat(footer(file).getBlocks()).hasSizeGreaterThan(1);

    JsonCodec<Plain> codec = JsonCodec.of(Plain.class);
    Map<Long, Plain> found = new TreeMap<>();
    ArchivedRows.readParquet(
        new org.apache.flink.core.fs.Path(file.toUri()),
        line -> {
          try {
            Plain row = codec.decode(line.getBytes(UTF_8));
            assertThat(found.put(row.number(), row)).isNull();
          } catch (RejectedException e) {
            throw new AssertionError(line, e);
          }
        });
    assertThat(found).isEqualTo(expected);
  }

  @Test
  void columnsOfLists_andFilesThatAreDamaged_areRefusedWithTheirReason() throws Exception {
    Archive<Numbered> archive = archive("parquet");
    try (var writer = harness(archive)) {
      writer.open();
      write(writer, 0, 2_000);
      writer.endInput();
      commit(archive, committables(writer));
    }
    Path lists = finished(".parquet").get(0);
    assertThatThrownBy(() -> readParquet(lists))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("only texts, numbers and booleans are read back from Parquet");

    Archive<Plain> plain =
        Archive.of(options("parquet"), "plain", Plain.class, row -> row, Plain::at);
    try (var writer = harness(plain)) {
      writer.open();
      for (int number = 0; number < 500; number++) {
        writer.processElement(plain(number), START);
      }
      writer.endInput();
      commit(plain, committables(writer));
    }
    Path whole;
    try (Stream<Path> all = Files.walk(directory.resolve("plain"))) {
      whole = all.filter(file -> file.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(whole);
    Random random = new Random(5);
    int noticed = 0;
    for (int round = 0; round < 200; round++) {
      byte[] changed = bytes.clone();
      changed[4 + random.nextInt(bytes.length - 12)] ^= (byte) (1 << random.nextInt(8));
      Path damaged = Files.write(directory.resolve("damaged"), changed);
      try {
        readParquet(damaged);
      } catch (IOException e) {
        noticed++;
      }
    }
    // Names and statistics in the footer may change without harm, to what is read here.
    assertThat(noticed).isGreaterThan(50);
  }

  private static void readParquet(Path file) throws IOException {
    ArchivedRows.readParquet(new org.apache.flink.core.fs.Path(file.toUri()), line -> {});
  }

  /** A file that was cut off has no rows to be listed with. */
  @Test
  void file_thatIsCutOff_isNoFileOfParquet() throws Exception {
    Archive<Numbered> archive = archive("parquet");
    try (var writer = harness(archive)) {
      writer.open();
      write(writer, 0, 100);
      writer.endInput();
      commit(archive, committables(writer));
    }
    Path file = finished(".parquet").get(0);
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 11, whole.length / 2, whole.length - 1}) {
      Path cut = Files.write(directory.resolve("cut"), Arrays.copyOf(whole, length));
      var path = new org.apache.flink.core.fs.Path(cut.toUri());
      try (var in = path.getFileSystem().open(path)) {
        assertThatThrownBy(() -> ParquetFiles.rows(in, length)).isInstanceOf(IOException.class);
      }
    }
  }
}
