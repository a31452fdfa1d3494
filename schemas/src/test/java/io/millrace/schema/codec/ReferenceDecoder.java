package io.millrace.schema.codec;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells what {@link JsonCodec} must say to the bytes of a {@link Sample}, by other means: Java's
 * own UTF-8 decoder, Jackson's parser for characters instead of bytes, a tree, and the rules of the
 * record written out once more.
 */
final class ReferenceDecoder {
  /** What becomes of some bytes. */
  enum Verdict {
    NOT_AN_OBJECT_IN_JSON,
    REPEATED_FIELD,
    NOT_A_SAMPLE,
    SAMPLE
  }

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(100)
                          .maxNameLength(50_000)
                          .maxNumberLength(1000)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final Pattern TIME =
      Pattern.compile(
          "(\\d{4}|-\\d{4,9}|\\+\\d{5,9})-(\\d\\d)-(\\d\\d)"
              + "[Tt](\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.\\d{0,9})?)?"
              + "(?:[Zz]|[+-](\\d\\d)(?:(:?)(\\d\\d)(?:\\8(\\d\\d))?)?)");

  private static final Set<String> SAMPLE_FIELDS =
      Set.of(
          "at",
          "id",
          "count",
          "percent",
          "size",
          "ratio",
          "latitude",
          "active",
          "color",
          "part",
          "parts",
          "sizes",
          "raw");

  private static final Set<String> PART_FIELDS = Set.of("name", "weight");

  private ReferenceDecoder() {}

  static Verdict verdict(byte[] bytes) {
    String json;
    JsonNode tree;
    try {
      json = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      json = json.startsWith("\uFEFF") ? json.substring(1) : json;
      tree = MAPPER.readTree(json);
    } catch (CharacterCodingException | JsonProcessingException e) {
      return Verdict.NOT_AN_OBJECT_IN_JSON;
    }
    if (!tree.isObject()) {
      return Verdict.NOT_AN_OBJECT_IN_JSON;
    }
    if (repeatsKnownField(json)) {
      return Verdict.REPEATED_FIELD;
    }
    return isSample(tree) && isRawUnicode(json) ? Verdict.SAMPLE : Verdict.NOT_A_SAMPLE;
  }

  private static boolean isSample(JsonNode sample) {
    return present(sample, "at").filter(ReferenceDecoder::isTime).isPresent()
        && present(sample, "id").filter(id -> isText(id, 8)).isPresent()
        && present(sample, "count").filter(count -> isInteger(count, 32)).isPresent()
        && present(sample, "percent")
            .map(it -> isInteger(it, 32) && it.intValue() >= 0 && it.intValue() <= 100)
            .orElse(true)
        && present(sample, "size").map(size -> isInteger(size, 64)).orElse(true)
        && present(sample, "ratio")
            .map(it -> it.isNumber() && Double.isFinite(it.doubleValue()))
            .orElse(true)
        && present(sample, "latitude")
            .map(it -> it.isNumber() && Math.abs(it.doubleValue()) <= 90)
            .orElse(true)
        && present(sample, "active").map(JsonNode::isBoolean).orElse(true)
        && present(sample, "color")
            .map(it -> it.isTextual() && Set.of("red", "dark-blue").contains(it.textValue()))
            .orElse(true)
        && present(sample, "part").map(ReferenceDecoder::isPart).orElse(true)
        && present(sample, "parts")
            .map(it -> it.isArray() && it.valueStream().allMatch(ReferenceDecoder::isPart))
            .orElse(true)
        && present(sample, "sizes").map(ReferenceDecoder::isSizes).orElse(true)
        && present(sample, "raw").map(JsonNode::isObject).orElse(true);
  }

  private static boolean isPart(JsonNode part) {
    return part.isObject()
        && present(part, "name")
            .filter(
                name -> isText(name, Integer.MAX_VALUE) && !name.textValue().equals("forbidden"))
            .isPresent()
        && present(part, "weight").map(weight -> isInteger(weight, 32)).orElse(true);
  }

  private static boolean isSizes(JsonNode sizes) {
    return sizes.isObject()
        && sizes
            .propertyStream()
            .allMatch(it -> isUnicode(it.getKey()) && isInteger(it.getValue(), 64));
  }

  private static boolean isTime(JsonNode time) {
    if (!time.isTextual()) {
      return isInteger(time, 64);
    }
    Matcher matcher = TIME.matcher(time.textValue());
    if (!matcher.matches()) {
      return false;
    }
    int year = group(matcher, 1);
    int month = group(matcher, 2);
    int leapDay = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 1 : 0;
    int days =
        switch (month) {
          case 2 -> 28 + leapDay;
          case 4, 6, 9, 11 -> 30;
          default -> 31;
        };
    int offset = group(matcher, 7) * 3600 + group(matcher, 9) * 60 + group(matcher, 10);
    return month >= 1
        && month <= 12
        && group(matcher, 3) >= 1
        && group(matcher, 3) <= days
        && group(matcher, 4) < 24
        && group(matcher, 5) < 60
        && group(matcher, 6) < 60
        && group(matcher, 9) < 60
        && group(matcher, 10) < 60
        && offset <= 18 * 3600;
  }

  private static int group(Matcher matcher, int group) {
    return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
  }

  private static boolean isInteger(JsonNode number, int bits) {
    return number.isIntegralNumber() && fits(number.bigIntegerValue(), bits);
  }

  private static boolean fits(BigInteger number, int bits) {
    return number.bitLength() < bits;
  }

  private static boolean isText(JsonNode text, int maxLength) {
    return text.isTextual()
        && isUnicode(text.textValue())
        && text.textValue().codePoints().count() <= maxLength;
  }

  private static boolean isUnicode(String text) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }

  /** Whether the raw field is Unicode, also where a name in it repeats, of which a tree has one. */
  private static boolean isRawUnicode(String json) {
    int depth = 0;
    boolean isRaw = false;
    try (JsonParser parser = MAPPER.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.FIELD_NAME && depth == 1) {
          isRaw = parser.currentName().equals("raw");
        } else if (isRaw
            && (token == JsonToken.FIELD_NAME || token == JsonToken.VALUE_STRING)
            && !isUnicode(parser.getText())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw new AssertionError("the tree was read from the same text", e);
    }
  }

  private static Optional<JsonNode> present(JsonNode object, String field) {
    return Optional.ofNullable(object.get(field)).filter(value -> !value.isNull());
  }

  /** Whether a field of the sample, of a part in it or a name in its sizes occurs twice. */
  private static boolean repeatsKnownField(String json) {
    Deque<Set<String>> open = new ArrayDeque<>();
    try (JsonParser parser = MAPPER.createParser(json)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.START_OBJECT) {
          open.push(new HashSet<>());
        } else if (token == JsonToken.END_OBJECT) {
          open.pop();
        } else if (token == JsonToken.FIELD_NAME
            && !open.element().add(parser.currentName())
            && isKnown(parser, open.size())) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new AssertionError("the tree was read from the same text", e);
    }
  }

  private static boolean isKnown(JsonParser parser, int openObjects) throws IOException {
    String name = parser.currentName();
    String within = parser.getParsingContext().getParent().pathAsPointer().toString();
    return switch (openObjects) {
      case 1 -> SAMPLE_FIELDS.contains(name);
      case 2 ->
          within.equals("/sizes")
              || (within.matches("/part|/parts/\\d+") && PART_FIELDS.contains(name));
      default -> false;
    };
  }
}
