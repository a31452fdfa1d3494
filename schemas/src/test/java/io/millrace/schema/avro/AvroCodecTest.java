package io.millrace.schema.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonFactory;
import com.sun.management.ThreadMXBean;
import io.millrace.schema.codec.EventTime;
import io.millrace.schema.codec.RejectedException;
import io.millrace.schema.codec.Rejection;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Values as we read and write them, against Avro's own library and against bytes that are none. */
public class AvroCodecTest {
  private static final int MUTANTS = Integer.getInteger("millrace.fuzz", 10_000);

  /** Of two kinds. */
  public enum Colour {
    RED,
    BLUE_GREEN
  }

  /** Inside another one. */
  public record Part(String name, int size) {}

  /** One of everything that a record may have. */
  public record Sample(
      String id,
      @EventTime long at,
      @Nullable Integer count,
      double weight,
      boolean there,
      Colour colour,
      List<Part> parts,
      Map<String, Long> sums,
      @Nullable String note) {}

  private static final Sample SAMPLE =
      new Sample(
          "ü-1",
          1_764_151_200_000L,
          -7,
          0.1,
          true,
          Colour.BLUE_GREEN,
          List.of(new Part("a", 1), new Part("", Integer.MIN_VALUE)),
          Map.of("x", Long.MAX_VALUE, "y", Long.MIN_VALUE),
          null);

  private static final Schema THEIRS =
      new Schema.Parser().parse(AvroSchemas.of(Sample.class).toString());

  private static AvroCodec<Sample> codec(String... written) {
    return AvroCodec.of(Sample.class, Arrays.stream(written).map(AvroSchema::parse).toList());
  }

  private static byte[] theirs(Schema schema, GenericRecord value) throws Exception {
    ByteBuffer bytes =
        new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(value);
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return copy;
  }

  @Test
  void encode_andDecode_agreeWithAvro() throws Exception {
    byte[] bytes = codec().encode(SAMPLE);
    assertThat(AvroCodec.isMarked(bytes)).isTrue();
    assertThat(codec().decode(bytes)).isEqualTo(SAMPLE);

    GenericRecord read =
        new BinaryMessageDecoder<GenericRecord>(GenericData.get(), THEIRS).decode(bytes);
    assertThat(read.get("id")).hasToString("ü-1");
    assertThat(read.get("count")).isEqualTo(-7);
    assertThat(read.get("weight")).isEqualTo(0.1);
    assertThat(read.get("colour")).hasToString("blue-green");
    assertThat(read.get("parts"))
        .hasToString("[{\"name\": \"a\", \"size\": 1}, {\"name\": \"\", \"size\": -2147483648}]");
    assertThat(read.get("note")).isNull();
    assertThat(codec().decode(theirs(THEIRS, read))).isEqualTo(SAMPLE);
  }

  @Test
  void decode_blocksWithSizes_areRead() throws Exception {
    GenericRecord read =
        new BinaryMessageDecoder<GenericRecord>(GenericData.get(), THEIRS)
            .decode(codec().encode(SAMPLE));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(Arrays.copyOf(codec().encode(SAMPLE), 10));
    BinaryEncoder encoder =
        new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(out, null);
    new GenericDatumWriter<GenericRecord>(THEIRS).write(read, encoder);
    encoder.flush();
    assertThat(codec().decode(out.toByteArray())).isEqualTo(SAMPLE);
  }

  /** What was written before a field came, by another name and with narrower numbers. */
  private static final String OLD =
      """
      {"type":"record","name":"Sample","namespace":"elsewhere","fields":[
        {"name":"gone","type":{"type":"array","items":{"type":"map","values":"string"}}},
        {"name":"id","type":"bytes"},
        {"name":"at","type":"int"},
        {"name":"weight","type":"float"},
        {"name":"there","type":["boolean","null"]},
        {"name":"colour","type":{"type":"enum","name":"C","symbols":["red"]}},
        {"name":"parts","type":{"type":"array","items":{"type":"record","name":"Part","fields":[
           {"name":"size","type":"int"},{"name":"name","type":"string"}]}}},
        {"name":"sums","type":{"type":"map","values":"int"}}]}""";

  @Test
  void decode_whatAnOlderSchemaWrote_isReadAsTheTypeHasItNow() throws Exception {
    String old =
        OLD.replace("{\"type\":\"enum\",\"name\":\"C\",\"symbols\":[\"red\"]}", "\"string\"");
    Schema schema = new Schema.Parser().parse(old);
    Schema part = schema.getField("parts").schema().getElementType();
    GenericRecord value =
        new GenericRecordBuilder(schema)
            .set("gone", List.of(Map.of("a", "b"), Map.of()))
            .set("id", ByteBuffer.wrap(new byte[] {'i', 'd'}))
            .set("at", 17)
            .set("weight", 0.5f)
            .set("there", true)
            .set("colour", "red")
            .set(
                "parts",
                List.of(new GenericRecordBuilder(part).set("size", 3).set("name", "p").build()))
            .set("sums", Map.of("x", -1))
            .build();
    byte[] bytes = theirs(schema, value);
    assertThat(codec(old).decode(bytes))
        .isEqualTo(
            new Sample(
                "id",
                17,
                null,
                0.5,
                true,
                Colour.RED,
                List.of(new Part("p", 3)),
                Map.of("x", -1L),
                null));
    assertThat(reject(codec(), bytes)).isEqualTo(Rejection.UNKNOWN_SCHEMA);

    value.put("there", null);
    assertThat(reject(codec(old), theirs(schema, value)))
        .as("a branch that the reader has no place for")
        .isEqualTo(Rejection.WRONG_TYPE);
  }

  @Test
  void resolve_newWriterOldReader_passesOverWhatIsNew() throws Exception {
    String reader =
        """
        {"type":"record","name":"Older","aliases":["io.millrace.Sample"],"fields":[
          {"name":"key","aliases":["id"],"type":["null","string"]},
          {"name":"kind","type":"string","default":"none"},
          {"name":"sums","type":{"type":"map","values":"double"}}]}""";
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    AvroResolver.Step step =
        AvroResolver.of(
            AvroSchema.parse(AvroSchemas.of(Sample.class).toString()), AvroSchema.parse(reader));
    try (var json = new JsonFactory().createGenerator(out)) {
      step.read(new AvroBytes(codec().encode(SAMPLE), 10), json);
    }
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"key\":\"ü-1\",\"sums\":{\"x\":9.223372036854776E18,\"y\":-9.223372036854776E18},"
                + "\"kind\":\"none\"}");
  }

  @Test
  void codec_ofAWriterWhoseValuesCantBeRead_isRefused() {
    assertThatThrownBy(() -> codec(OLD)).hasMessageContaining("C is no string");
    assertThatThrownBy(() -> codec("{\"type\":\"record\",\"name\":\"Sample\",\"fields\":[]}"))
        .hasMessageContaining("field id is not in Sample and has no default");
    assertThatThrownBy(() -> codec("{\"type\":\"record\",\"name\":\"Other\",\"fields\":[]}"))
        .hasMessageContaining("Other is not io.millrace.Sample");
  }

  /** A list of names, and one number or none. */
  public record Small(List<String> names, @Nullable Double number) {}

  private static byte[] small(String hex) {
    byte[] head =
        Arrays.copyOf(AvroCodec.of(Small.class, List.of()).encode(new Small(List.of(), null)), 10);
    byte[] body = HexFormat.of().parseHex(hex);
    byte[] all = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, all, head.length, body.length);
    return all;
  }

  @Test
  void decode_bytesThatAreNone_saysWhy() throws Exception {
    AvroCodec<Small> codec = AvroCodec.of(Small.class, List.of());
    assertThat(codec.decode(small("0202610000"))).isEqualTo(new Small(List.of("a"), null));
    assertThat(codec.decode(small("010402610000")))
        .as("a block with its size")
        .isEqualTo(new Small(List.of("a"), null));
    Map<String, Rejection> bad =
        Map.ofEntries(
            Map.entry("", Rejection.TRUNCATED),
            Map.entry("02026100", Rejection.TRUNCATED),
            Map.entry("020461", Rejection.TRUNCATED),
            Map.entry("02016100", Rejection.NOT_AVRO),
            Map.entry("feffffffffffffffff01", Rejection.NOT_AVRO),
            Map.entry("ffffffffffffffffff0100", Rejection.NOT_AVRO),
            Map.entry("ffffffffffffffffff7f", Rejection.NOT_AVRO),
            Map.entry("80808080808080808080808000", Rejection.NOT_AVRO),
            Map.entry("fcffffff0f0261", Rejection.NOT_AVRO),
            Map.entry("0101026100", Rejection.NOT_AVRO),
            Map.entry("0202ff0000", Rejection.NOT_UTF8),
            Map.entry("0004", Rejection.NOT_AVRO),
            Map.entry("0001", Rejection.NOT_AVRO),
            Map.entry("0002000000000000f07f", Rejection.OUT_OF_RANGE),
            Map.entry("000000", Rejection.TRAILING_CONTENT));
    bad.forEach((hex, why) -> assertThat(reject(codec, small(hex))).as(hex).isEqualTo(why));
    byte[] none = new byte[0];
    assertThat(reject(codec, none)).isEqualTo(Rejection.NOT_AVRO);
    assertThat(reject(codec, Arrays.copyOf(small(""), 9))).isEqualTo(Rejection.TRUNCATED);
  }

  /**
   * Each decodes or is refused, and takes memory in proportion to its length. The long form is
   * {@code -Dmillrace.fuzz=1000000}.
   */
  @Test
  void decode_mutatedBytes_neverEscapesNorTakesMuch() {
    AvroCodec<Sample> codec = codec();
    byte[] valid = codec.encode(SAMPLE);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    int decoded = 0;
    int refused = 0;
    long most = 0;
    byte[] hungriest = valid;
    // The same twice: the first time also loads classes.
    for (int round = 0; round < 2; round++) {
      Random random = new Random(7);
      most = 0;
      for (int i = 0; i < MUTANTS; i++) {
        byte[] mutant = mutant(valid, random);
        long before = threads.getThreadAllocatedBytes(self);
        try {
          codec.decode(mutant);
          decoded++;
        } catch (RejectedException e) {
          assertThat(e.getMessage()).isNotEmpty();
          refused++;
        }
        long allocated = threads.getThreadAllocatedBytes(self) - before;
        if (allocated > most) {
          most = allocated;
          hungriest = mutant;
        }
      }
    }
    assertThat(most).as(HexFormat.of().formatHex(hungriest)).isLessThan(1 << 20);
    assertThat(decoded).isGreaterThan(MUTANTS / 20);
    assertThat(refused).isGreaterThan(MUTANTS / 2);
  }

  private static byte[] mutant(byte[] valid, Random random) {
    byte[] mutant =
        Arrays.copyOf(valid, valid.length - (random.nextInt(4) == 0 ? random.nextInt(60) : 0));
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      boolean isOfTheHead = random.nextInt(20) == 0;
      int at = isOfTheHead ? random.nextInt(10) : 10 + random.nextInt(mutant.length - 10);
      if (random.nextInt(5) == 0 && at + 10 <= mutant.length) {
        ByteBuffer.wrap(mutant)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(at, random.nextLong() | 0x8080808080808080L);
        mutant[at + 8] = (byte) random.nextInt(256);
      } else {
        mutant[at] = (byte) random.nextInt(256);
      }
    }
    return mutant;
  }

  private static Rejection reject(AvroCodec<?> codec, byte[] bytes) {
    RejectedException e = catchThrowableOfType(RejectedException.class, () -> codec.decode(bytes));
    assertThat(e).as("refused").isNotNull();
    return e.rejection();
  }
}
