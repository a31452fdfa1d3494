package io.millrace.schema.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Records with something changed in them, at random: many are still records, many are not. */
final class Mutants {
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
          "\\u00e9",
          "\\u005C",
          "\\ud83c",
          "\\udfb5",
          "\\ud83c\\udfb5",
          "\\u0000",
          "\\/\\b\\f\\n\\r\\t\\\"\\\\",
          "\\x",
          "null",
          "true",
          "-",
          "0",
          "9",
          ".0",
          "e3",
          "E-2",
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

  /** Bytes that are not UTF-8: overlong, of surrogates, beyond Unicode, alone. */
  private static final List<byte[]> NOT_UTF8 =
      List.of(
          new byte[] {(byte) 0xC0, (byte) 0x80},
          new byte[] {(byte) 0xE0, (byte) 0x80, (byte) 0xAF},
          new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0xBC},
          new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
          new byte[] {(byte) 0x80},
          new byte[] {(byte) 0xC3},
          new byte[] {(byte) 0xFF});

  /** Whole fields; put where an object starts. */
  private static final List<String> FIELDS =
      List.of(
          "\"at\":5,",
          "\"id\":null,",
          "\"path\":\"/\",",
          "\"sizes\":{\"k\":1},",
          "\"part\":{\"name\":\"x\"},",
          "\"name\":\"x\",",
          "\"weight\":3,",
          "\"x\":0,",
          "\"\": { } , ",
          "\"at \":\"\\ud83c\",",
          "\"x\":{\"at\":[1,-2.5e+3,{\"\":\"\\n\\u0000\"},null,true],\"at\":false},",
          "\"d\":" + nested(98) + ",",
          "\"d\":" + nested(99) + ",",
          "\"d\":" + nested(100) + ",",
          "\"d\":{\"d\":" + nested(97) + "},",
          "\"" + "n".repeat(1024) + "\":[],",
          "\"" + "n".repeat(1025) + "\":[],",
          "\"raw\":{},",
          "\"color\":\"red\",");

  /** Whole values; put in place of another one. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "-0",
          "-0.0",
          "-0e1",
          "0",
          "101",
          "999",
          "1000",
          "2147483647",
          "2147483648",
          "-2147483649",
          "1099511627776",
          "1099511627777",
          "999999999999999999",
          "-1000000000000000000",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "-9223372036854775809",
          "1.7976931348623157e308",
          "1e400",
          "-1E-400",
          "2.2250738585072012e-308",
          "0.1",
          "-45.123456789012345",
          "89.99999999999999999999",
          "9007199254740993",
          "9007199254740993.0",
          "1.0",
          "1.",
          "01",
          "\"\"",
          "\"12345678\"",
          "\"123456789\"",
          "\"\\u00e9234567\\t\"",
          "\"\\u00e92345678\\t\"",
          "\"" + "\uD83C\uDFB5".repeat(8) + "\"",
          "\"" + "\uD83C\uDFB5".repeat(9) + "\"",
          "\"" + "\\ud83c\\udfb5".repeat(8) + "\"",
          "\"" + "é".repeat(256) + "\"",
          "\"" + "é".repeat(257) + "\"",
          "\"\\udfb5\"",
          "\"\\u00e9\"",
          "\"red\"",
          "\"dark-bl\\u0075e\"",
          "\"forbidden\"",
          "{}",
          "[]",
          "[{}]",
          "[null]",
          "{\"name\":\"é\"}",
          "{\"name\":\"n\",\"x\":[],\"weight\":-0}",
          "{\"k\":1,\"l\":2,\"k\":3}",
          "[{\"name\":\"n\",\"weight\":0}]",
          "\"2023-02-29T23:59:59Z\"",
          "\"2024-02-29T10:00+0100\"",
          "\"2024-02-29T10:00\\u005a\"",
          "\"2016-12-31T23:59:60Z\"",
          "1".repeat(1001));

  private final List<String> originals;
  private final SplittableRandom random;

  /** Mutants of {@code originals}; the same ones for the same seed. */
  Mutants(List<String> originals, long seed) {
    this.originals = originals;
    this.random = new SplittableRandom(seed);
  }

  /** The next mutant, of one or two changes. */
  byte[] next() {
    byte[] mutant = pick(originals).getBytes(UTF_8);
    for (int changes = random.nextInt(1, 3); changes > 0; changes--) {
      mutant = changed(mutant);
    }
    return mutant;
  }

  private byte[] changed(byte[] json) {
    int from = random.nextInt(json.length + 1);
    int to = Math.min(json.length, from + random.nextInt(1, 20));
    return switch (random.nextInt(16)) {
      case 0 -> flipBit(json);
      case 1 -> Arrays.copyOf(json, from);
      case 2 -> splice(json, from, to, "");
      case 3 -> splice(json, from, from, pick(PIECES));
      case 4 -> splice(json, from, to, pick(PIECES));
      case 5 -> splice(json, from, from, Arrays.copyOfRange(json, from, to));
      case 6 -> splice(json, from, from, pick(NOT_UTF8));
      case 7 -> splice(json, 0, 0, "\uFEFF");
      case 8 -> splice(json, from, from, piece(pick(originals)));
      case 9 -> spacedOut(json);
      case 10, 11 -> swapFields(json, from);
      case 12, 13 -> {
        int brace = after(json, from, "{");
        yield splice(json, brace, brace, pick(FIELDS));
      }
      default -> {
        int value = after(json, from, ":");
        yield splice(json, value, end(json, value, ",}"), pick(VALUES));
      }
    };
  }

  private byte[] flipBit(byte[] json) {
    byte[] flipped = json.clone();
    if (json.length > 0) {
      flipped[random.nextInt(json.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private String piece(String other) {
    int start = random.nextInt(other.length());
    return other.substring(start, Math.min(other.length(), start + random.nextInt(1, 40)));
  }

  /** Blanks around every comma and colon, in texts too. */
  private byte[] spacedOut(byte[] json) {
    String blanks = pick(List.of(" ", "\t", "\n", "\r\n", "  \t", "\f", "\u00a0"));
    ByteArrayOutputStream spaced = new ByteArrayOutputStream();
    for (byte each : json) {
      if (each == ',' || each == ':') {
        spaced.writeBytes((blanks + (char) each + blanks).getBytes(UTF_8));
      } else {
        spaced.write(each);
      }
    }
    return spaced.toByteArray();
  }

  /** Swaps what stands between two commas or braces with what stands behind it. */
  private static byte[] swapFields(byte[] json, int place) {
    int first = after(json, place, "{,");
    int middle = end(json, first, ",}");
    if (middle >= json.length - 1 || json[middle] != ',') {
      return json;
    }
    int last = end(json, middle + 1, ",}");
    byte[] swapped = splice(json, middle + 1, last, Arrays.copyOfRange(json, first, middle));
    return splice(swapped, first, middle, Arrays.copyOfRange(json, middle + 1, last));
  }

  /** The last position up to {@code limit} that follows one of the marks, or else the start. */
  private static int after(byte[] json, int limit, String marks) {
    int i = limit;
    while (i > 0 && marks.indexOf(json[i - 1]) < 0) {
      i--;
    }
    return i;
  }

  /** The first position from {@code from} on where one of the marks is, or else the end. */
  private static int end(byte[] json, int from, String marks) {
    int i = from;
    while (i < json.length && marks.indexOf(json[i]) < 0) {
      i++;
    }
    return i;
  }

  private static byte[] splice(byte[] json, int from, int to, String replacement) {
    return splice(json, from, to, replacement.getBytes(UTF_8));
  }

  /** {@code json} with the bytes of a range replaced. */
  private static byte[] splice(byte[] json, int from, int to, byte[] replacement) {
    ByteArrayOutputStream spliced = new ByteArrayOutputStream();
    spliced.write(json, 0, from);
    spliced.writeBytes(replacement);
    spliced.write(json, to, json.length - to);
    return spliced.toByteArray();
  }

  private static String nested(int levels) {
    return "[".repeat(levels) + "]".repeat(levels);
  }

  private <E> E pick(List<E> choices) {
    return choices.get(random.nextInt(choices.size()));
  }
}
