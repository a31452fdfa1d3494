package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.millrace.schema.codec.ReferenceDecoder.Verdict;
import java.io.ByteArrayOutputStream;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class JsonCodecPropertyTest {
  private static final int MUTANTS = Integer.getInteger("codec.mutants", 200_000);
  private static final int MUTANTS_SEED = Integer.getInteger("codec.mutants.seed", 20260131);

  static final List<String> ORIGINALS =
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

  @Property(tries = 2000, seed = "20260131")
  void encode_anyText_hasTheBytesOfJackson(@ForAll("texts") String text) throws Exception {
    JsonFactory jackson =
        JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    try (JsonGenerator generator = jackson.createGenerator(expected)) {
      generator.writeStartObject();
      generator.writeStringField("name", text);
      generator.writeNumberField("weight", 1);
      generator.writeEndObject();
    }

    assertThat(JsonCodec.of(Sample.Part.class).encode(new Sample.Part(text, 1)))
        .isEqualTo(expected.toByteArray());
  }

  @Property(tries = 2000, seed = "20260131")
  void encode_anyNumber_hasJavasDigits(@ForAll long number) {
    assertThat(new String(codec.encode(Sample.of(number, "a", 1)), UTF_8))
        .startsWith("{\"at\":" + number + ",");
  }

  @Example
  void encode_powersOfTen_haveJavasDigits() {
    for (long power = 1; power > 0 && power <= Long.MAX_VALUE / 10; power *= 10) {
      for (long number : new long[] {power - 1, power, power + 1, 10 * power - 1, -power}) {
        encode_anyNumber_hasJavasDigits(number);
      }
    }
  }

  @Example
  void decode_mutants_agreesWithTheReference() {
    Mutants mutants = new Mutants(ORIGINALS, MUTANTS_SEED);
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutants.next();
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
  Arbitrary<String> texts() {
    return text(40);
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
