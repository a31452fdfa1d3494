package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.web.RequestServed;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What is read straight from bytes, all of a record or some of its fields, is what the parser reads
 * of it; what the parser refuses is refused, in the parser's words.
 */
class ReadersAgreeTest {
  private static final int MUTANTS = Integer.getInteger("codec.readers.mutants", 1_000_000);
  private static final int SEED = Integer.getInteger("codec.mutants.seed", 20260131);

  private static final List<String> REQUESTS =
      List.of(
          "{\"at\":1767225600123,\"client\":\"203.0.113.7\",\"path\":\"/a\"}",
          "{\"at\":1767225600123,\"client\":\"203.0.113.7\",\"path\":\"/docs/\",\"method\":\"GET\","
              + "\"url\":\"/docs/?q=1\",\"status\":200,\"bytes\":5120,\"referrer\":null,"
              + "\"userAgent\":\"Mozilla/5.0\"}",
          "{\"path\":\"\\/\\u00e9\",\"bytes\":0,\"x\":[1.5,{\"y\":\"\\\\\"}],\"client\":\"é\","
              + "\"at\":0}",
          " { \"client\" : \"c\" , \"path\" : \"\" , \"at\" : -5 , \"status\" : 999 } ");

  private interface Reading {
    Object read() throws RejectedException;
  }

  /** A projection, and the same fields by other means. */
  private record Fields<T extends Record>(
      JsonProjection<T> projection, Function<T, List<@Nullable Object>> values) {

    boolean areIn(Projected projected, T value) {
      List<@Nullable Object> expected = values.apply(value);
      boolean same =
          projected.at() == EventTimes.of(classOf(value)).applyAsLong(value)
              && projected.spans().length == 2 * expected.size();
      for (int i = 0; i < expected.size() && same; i++) {
        Object field = expected.get(i);
        same =
            field == null
                ? !projected.has(i)
                : projected.has(i)
                    && projected.string(i).equals(text(field))
                    && (!(field instanceof Number number)
                        || projected.number(i) == number.longValue());
      }
      return same;
    }

    @SuppressWarnings("unchecked") // A record's class is of its own type.
    private static <T extends Record> Class<T> classOf(T value) {
      return (Class<T>) value.getClass();
    }

    private static String text(Object field) {
      return field instanceof Enum<?> choice
          ? choice.name().toLowerCase(Locale.ROOT).replace('_', '-')
          : field.toString();
    }
  }

  @Test
  void read_mutatedRequests_isWhatTheParserReads() {
    assertAgree(
        RequestServed.class,
        REQUESTS,
        List.of(
            new Fields<>(
                JsonProjection.of(RequestServed.class, List.of("path")),
                request -> Arrays.asList(request.path())),
            new Fields<>(
                JsonProjection.of(RequestServed.class, List.of("url", "method", "referrer")),
                request -> Arrays.asList(request.url(), request.method(), request.referrer())),
            new Fields<>(
                JsonProjection.of(
                    RequestServed.class, List.of("bytes", "client", "status", "at", "userAgent")),
                request ->
                    Arrays.asList(
                        request.bytes(),
                        request.client(),
                        request.status(),
                        request.at(),
                        request.userAgent()))));
  }

  @Test
  void read_mutatedSamples_isWhatTheParserReads() {
    assertAgree(
        Sample.class,
        JsonCodecPropertyTest.ORIGINALS,
        List.of(
            new Fields<>(JsonProjection.of(Sample.class, List.of()), sample -> List.of()),
            new Fields<>(
                JsonProjection.of(
                    Sample.class, List.of("color", "active", "id", "size", "percent")),
                sample ->
                    Arrays.asList(
                        sample.color(),
                        sample.active(),
                        sample.id(),
                        sample.size(),
                        sample.percent()))));
  }

  private static <T extends Record> void assertAgree(
      Class<T> type, List<String> originals, List<Fields<T>> projections) {
    JsonCodec<T> codec = JsonCodec.of(type);
    Mutants mutants = new Mutants(originals, SEED);
    int mutated = MUTANTS / 2;
    int accepted = 0;
    int fromBytes = 0;
    for (int i = 0; i < mutated; i++) {
      byte[] json = mutants.next();
      Object expected = outcome(() -> parsed(codec, json));
      boolean isAccepted = type.isInstance(expected);
      requireAgreement(expected.equals(outcome(() -> codec.decode(json))), "decode", json);
      Fields<T> fields = projections.get(i % projections.size());
      Object actual = outcome(() -> fields.projection().read(json));
      boolean same =
          actual instanceof Projected projected
              ? isAccepted && fields.areIn(projected, type.cast(expected))
              : expected.equals(actual);
      requireAgreement(same, "projection", json);
      if (isAccepted) {
        accepted++;
        fromBytes += outcome(() -> fromBytes(codec, json)) == Boolean.TRUE ? 1 : 0;
      }
    }
    // The comparison proves something only if many are read and many are not.
    assertThat(accepted).isBetween(mutated / 5, 4 * mutated / 5);
    assertThat(fromBytes).isGreaterThan(accepted / 2);
  }

  private static Object parsed(JsonCodec<?> codec, byte[] json) throws RejectedException {
    int start = JsonCodec.start(json);
    codec.requireUtf8(json);
    return codec.parse(json, start);
  }

  private static boolean fromBytes(JsonCodec<?> codec, byte[] json) throws RejectedException {
    return codec.readBytes(json, JsonCodec.start(json)) != null;
  }

  /** What was read, or else why nothing was. */
  private static Object outcome(Reading reading) {
    try {
      return reading.read();
    } catch (RejectedException e) {
      return e.stage() + " " + e.rejection() + " " + e.getMessage();
    }
  }

  private static void requireAgreement(boolean same, String reader, byte[] json) {
    if (!same) {
      throw new AssertionError(reader + " disagrees on " + new String(json, ISO_8859_1));
    }
  }
}
