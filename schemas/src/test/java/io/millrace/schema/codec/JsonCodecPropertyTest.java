package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.codec.ReferenceDecoder.Verdict;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

class JsonCodecPropertyTest {
  private static final int MUTANTS = Integer.getInteger("codec.mutants", 200_000);
  private static final int MUTANTS_SEED = Integer.getInteger("codec.mutants.seed", 20260131);

  /** Pieces that tell parsers apart; put anywhere. */
  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ",",
          ":",
          "\"",
          "\\",
          "\\u",
          "\\ud83c",
          "\\udfb5",
          "\\u0000",
          "null",
          "true",
          "-",
          "0",
          "9",
          ".0",
          "e3",
          "NaN",
          "[".repeat(101),
          "\0",
          "\t",
          "\u001f",
          "\u007f",
          "é",
          "\u2028",
          "\uD83C\uDFB5",
          "\uFEFF",
          "//",
          "/**/",
          "'",
          " ",
          "\n");

  /** Whole fields; put where an object starts. */
  private static final List<String> FIELDS =
      List.of(
          "\"at\":5,",
          "\"id\":null,",
          "\"sizes\":{\"k\":1},",
          "\"part\":{\"name\":\"x\"},",
          "\"name\":\"x\",",
          "\"weight\":3,",
          "\"x\":0,",
          "\"raw\":{},",
          "\"color\":\"red\",");

  /** Whole values; put in place of another one. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-0",
          "0",
          "101",
          "2147483648",
          "-9223372036854775809",
          "1e400",
          "1.0",
          "\"\"",
          "\"123456789\"",
          "\"\\udfb5\"",
          "\"\\u00e9\"",
          "\"red\"",
          "\"forbidden\"",
          "{}",
          "[]",
          "[{}]",
          "{\"name\":\"é\"}",
          "[{\"name\":\"n\",\"weight\":0}]",
          "\"2023-02-29T23:59:59Z\"",
          "\"2024-02-29T10:00+0100\"",
          "\"2016-12-31T23:59:60Z\"",
          "1".repeat(1001));

  private static final List<String> ORIGINALS =
      List.of(
          "{\"at\":5,\"id\":\"a\",\"count\":1}",
          "{\"at\":\"2024-02-29T23:30:00.125+01:00\",\"id\":\"a\",\"count\":-1}",
          "{\"count\":2147483647,\"id\":\"\\ud83c\\udfb5\",\"at\":-9223372036854775808}",
          "{\"at\":5,\"id\":\"a\",\"count\":1,\"percent\":100,\"size\":null,\"ratio\":1.5e3,"
              + "\"latitude\":-89.5,\"active\":false,\"color\":\"dark-blue\"}",
          "{\"at\":5,\"id\":\"é\\u20ac\uD83C\uDFB5\",\"count\":1,\"part\":{\"name\":\"p\",\"weight\":2},"
              + "\"parts\":[{\"name\":\"q\"},{\"weight\":null,\"name\":\"\"}]}",
          "{\"at\":5,\"id\":\"a\",\"count\":1,\"sizes\":{\"x\":1,\"\":9223372036854775807},"
              + "\"raw\":{\"n\":1.10,\"deep\":[[],{\"a\":\"\\n\"},null]}}",
          "\uFEFF { \"unknown\" : [1, {\"at\": 2}, \"text\"] , \"at\" : 5 , \"id\" : \"\","
              + " \"count\":0, \"x\": 1e999999999 }\n");

  private static final List<String> PLAIN =
      List.of(
          "{\"at\":5,\"id\":\"a\",\"count\":1}",
          "{\"at\":1767225600123,\"id\":\"12345678\",\"count\":-1,\"percent\":50,\"size\":null}",
          "{\"size\":123456789012345678,\"id\":\"é\u20ac\",\"count\":0,\"active\":true,\"at\":0}",
          " { \"at\" : -5 , \"id\" : \"\", \"count\" : 7, \"active\":false, \"ratio\":null }\n");

  private final JsonCodec<Sample> codec = JsonCodec.of(Sample.class);

  @Property(tries = 2000, seed = "20260131")
  void roundTrip_anySample_isTheSame(@ForAll("samples") Sample sample) throws Exception {
    byte[] json = codec.encode(sample);

    assertThat(codec.decode(json)).isEqualTo(sample);
    assertThat(codec.encode(codec.decode(json))).isEqualTo(json);
    assertThat(ReferenceDecoder.verdict(json)).isEqualTo(Verdict.SAMPLE);
  }

  @Property(tries = 2000, seed = "20260131")
  void encode_anyChars_isRefusedOrReadBackTheSame(@ForAll("charsAnyhow") String chars)
      throws Exception {
    Sample.Part part = new Sample.Part(chars, 1);
    JsonCodec<Sample.Part> parts = JsonCodec.of(Sample.Part.class);
    byte[] json;
    try {
      json = parts.encode(part);
    } catch (IllegalArgumentException e) {
      assertThat(UTF_8.newEncoder().canEncode(chars)).isFalse();
      return;
    }
    assertThat(parts.decode(json)).isEqualTo(part);
  }

  @Example
  void decode_mutants_agreesWithTheReference() {
    SplittableRandom random = new SplittableRandom(MUTANTS_SEED);
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = pick(ORIGINALS, random).getBytes(UTF_8);
      for (int mutations = random.nextInt(1, 3); mutations > 0; mutations--) {
        mutant = mutate(mutant, random);
      }
      Verdict expected = ReferenceDecoder.verdict(mutant);
      Verdict actual = verdict(mutant);
      // Of a repeated field and another bad one, the codec names the first.
      boolean agrees =
          actual == expected
              || (actual == Verdict.NOT_A_SAMPLE && expected == Verdict.REPEATED_FIELD);
      assertThat(agrees)
          .as("%s instead of %s for %s", actual, expected, new String(mutant, ISO_8859_1))
          .isTrue();
      verdicts.merge(expected, 1, Integer::sum);
    }
    // The mutants prove something only if every verdict is among them, and often.
    assertThat(verdicts.values()).hasSize(Verdict.values().length).allMatch(n -> n > 1000);
  }

  @Example
  void decode_plainMutants_areWhatTheParserReads() throws Exception {
    RecordShape<Sample> shape = RecordShape.of(Sample.class);
    PlainReader plain = new PlainReader(shape.fields());
    SplittableRandom random = new SplittableRandom(MUTANTS_SEED);
    int read = 0;
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutate(pick(PLAIN, random).getBytes(UTF_8), random);
      @Nullable Object @Nullable [] values = plain.read(mutant, 0);
      if (values != null && isUtf8(mutant)) {
        assertThat(shape.construct(values))
            .as(new String(mutant, ISO_8859_1))
            .isEqualTo(codec.parse(mutant, 0));
        read++;
      }
    }
    // The comparison proves something only if many are read and many are not.
    assertThat(read).isBetween(MUTANTS / 50, MUTANTS / 2);
  }

  @Provide
  Arbitrary<Sample> samples() {
    Arbitrary<Sample.Part> parts =
        Combinators.combine(text(20), Arbitraries.integers().injectNull(0.2)).as(Sample.Part::new);
    Arbitrary<Sample> required =
        Combinators.combine(Arbitraries.longs(), text(8), Arbitraries.integers()).as(Sample::of);
    return Combinators.combine(
            required,
            Arbitraries.integers().between(0, 100).injectNull(0.2),
            Arbitraries.longs().injectNull(0.2),
            Arbitraries.doubles().injectNull(0.2),
            Arbitraries.doubles().between(-90, 90).injectNull(0.2),
            Arbitraries.of(Sample.Color.class).injectNull(0.2),
            parts.list().ofMaxSize(5).injectNull(0.2),
            Arbitraries.maps(text(20), Arbitraries.longs()).ofMaxSize(5).injectNull(0.2))
        .as(
            (sample, percent, size, ratio, latitude, color, many, sizes) ->
                new Sample(
                    sample.at(),
                    sample.id(),
                    sample.count(),
                    percent,
                    size,
                    ratio,
                    latitude,
                    size == null ? null : size % 2 == 0,
                    color,
                    many == null || many.isEmpty() ? null : many.get(0),
                    many,
                    sizes,
                    ratio == null ? null : "{\"ratio\":" + ratio + "}"));
  }

  @Provide
  Arbitrary<String> charsAnyhow() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.chars().range('\uD7F0', '\uE010')),
            Tuple.of(1, Arbitraries.chars().range('\0', '\u0100')))
        .list()
        .ofMaxSize(20)
        .map(chars -> chars.stream().map(String::valueOf).collect(Collectors.joining()))
        .filter(chars -> !chars.equals("forbidden"));
  }

  /** Valid Unicode of every plane, more often of the kinds that codecs get wrong. */
  private static Arbitrary<String> text(int maxLength) {
    Arbitrary<Integer> codePoints =
        Arbitraries.frequencyOf(
            Tuple.of(1, Arbitraries.integers().between(0, Character.MAX_CODE_POINT)),
            Tuple.of(1, Arbitraries.integers().between(0, 0x7F)),
            Tuple.of(
                1,
                Arbitraries.of(
                    0, 0x22, 0x5C, 0x2F, 0x7F, 0x80, 0x7FF, 0x800, 0x200F, 0x2028, 0xD7FF, 0xE000,
                    0xFEFF, 0xFFFD, 0xFFFF, 0x10000, 0x1F3B5, 0x10FFFF)));
    return codePoints
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .list()
        .ofMaxSize(maxLength)
        .map(points -> points.stream().map(Character::toString).collect(Collectors.joining()));
  }

  private static byte[] mutate(byte[] json, SplittableRandom random) {
    int from = random.nextInt(json.length + 1);
    int to = Math.min(json.length, from + random.nextInt(1, 20));
    return switch (random.nextInt(10)) {
      case 0 -> flipBit(json, random);
      case 1 -> Arrays.copyOf(json, from);
      case 2 -> splice(json, from, to, "");
      case 3 -> splice(json, from, from, pick(PIECES, random));
      case 4 -> splice(json, from, to, pick(PIECES, random));
      case 5 -> {
        String other = pick(ORIGINALS, random);
        int start = random.nextInt(other.length());
        int end = Math.min(other.length(), start + random.nextInt(1, 40));
        yield splice(json, from, from, other.substring(start, end));
      }
      case 6, 7 -> {
        int brace = after(json, from, '{');
        yield splice(json, brace, brace, pick(FIELDS, random));
      }
      default -> {
        int value = after(json, from, ':');
        yield splice(json, value, endOfValue(json, value), pick(VALUES, random));
      }
    };
  }

  private static boolean isUtf8(byte[] bytes) {
    return Arrays.equals(new String(bytes, UTF_8).getBytes(UTF_8), bytes);
  }

  private static byte[] flipBit(byte[] json, SplittableRandom random) {
    byte[] flipped = json.clone();
    if (json.length > 0) {
      flipped[random.nextInt(json.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  /** The last position up to {@code limit} that follows a {@code mark}, or else the start. */
  private static int after(byte[] json, int limit, char mark) {
    int i = limit;
    while (i > 0 && json[i - 1] != mark) {
      i--;
    }
    return i;
  }

  /** The first position from {@code from} on where a value may end, or else the end. */
  private static int endOfValue(byte[] json, int from) {
    int i = from;
    while (i < json.length && json[i] != ',' && json[i] != '}') {
      i++;
    }
    return i;
  }

  /** {@code json} with the bytes of a range replaced. */
  private static byte[] splice(byte[] json, int from, int to, String replacement) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(json, 0, from);
    spliced.writeBytes(replacement.getBytes(UTF_8));
    spliced.write(json, to, json.length - to);
    return spliced.toByteArray();
  }

  private static String pick(List<String> texts, SplittableRandom random) {
    return texts.get(random.nextInt(texts.size()));
  }

  private Verdict verdict(byte[] json) {
    try {
      codec.decode(json);
      return Verdict.SAMPLE;
    } catch (RejectedException e) {
      if (e.rejection() == Rejection.DUPLICATE_FIELD) {
        return Verdict.REPEATED_FIELD;
      }
      return e.stage() == Stage.DECODE ? Verdict.NOT_AN_OBJECT_IN_JSON : Verdict.NOT_A_SAMPLE;
    }
  }
}
