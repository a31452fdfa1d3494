package io.millrace.schema.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.schema.logs.LogEntryWritten;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kept schemas against the types, and how schemas are read against Avro's own library. */
class AvroSchemasTest {
  private static final boolean UPDATING = Boolean.getBoolean("avro.update");
  private static final Path KEPT = Path.of("avro");

  /** The record types that are written in Avro, by the names of their schemas. */
  static final Map<String, Class<? extends Record>> TYPES =
      Map.of("log-entry", LogEntryWritten.class);

  static final String EVERYTHING =
      """
      {"type":"record","name":"All","namespace":"a.b","doc":"x","aliases":["Former"],"fields":[
        {"name":"n","type":"null","default":null},
        {"name":"b","type":"boolean"},
        {"name":"i","type":{"type":"int","logicalType":"date"}},
        {"name":"l","type":"long","order":"descending"},
        {"name":"f","type":"float"},
        {"name":"d","type":"double"},
        {"name":"y","type":"bytes"},
        {"name":"s","type":"string","aliases":["t"]},
        {"name":"e","type":{"type":"enum","name":"c.Suit","symbols":["RED","BLACK"],"default":"RED"}},
        {"name":"x","type":{"type":"fixed","name":"Four","size":4}},
        {"name":"m","type":{"type":"map","values":["null","long","a.b.Four","c.Suit"]}},
        {"name":"r","type":{"type":"array","items":{"type":"record","name":"Part","fields":[
          {"name":"v","type":["null","Four","string"]}]}}},
        {"name":"o","type":["null","Part"],"default":null}]}""";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"string\"",
        "{\"type\":\"long\"}",
        "[\"null\",{\"type\":\"map\",\"values\":\"bytes\"}]",
        "{\"name\":\"F\",\"type\":\"fixed\",\"size\":0}",
        "{\"name\":\"a.F\",\"namespace\":\"\",\"type\":\"record\",\"fields\":[]}",
        EVERYTHING
      })
  void canonical_andFingerprint_areThoseOfAvro(String json) {
    Schema theirs = new Schema.Parser().parse(json);
    AvroSchema ours = AvroSchema.parse(json);
    assertThat(ours.canonical()).isEqualTo(SchemaNormalization.toParsingForm(theirs));
    assertThat(ours.fingerprint()).isEqualTo(SchemaNormalization.parsingFingerprint64(theirs));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "7",
        "\"a.Unknown\"",
        "{\"type\":\"record\",\"name\":\"R\"}",
        "{\"type\":\"record\",\"name\":\"R-1\",\"fields\":[]}",
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"r\",\"type\":[\"null\",\"R\"]}]}",
        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
            + "{\"name\":\"a\",\"type\":\"int\"}]}",
        "{\"type\":\"array\",\"items\":\"null\"}",
        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":-1}",
        "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"A\"]}",
        "[\"null\",\"null\"]",
        "[[\"null\"]]",
        "[]"
      })
  void parse_whatIsNoSchema_isRefused(String json) {
    assertThatThrownBy(() -> AvroSchema.parse(json)).isInstanceOf(IllegalArgumentException.class);
  }

  static List<String> names() {
    return List.copyOf(TYPES.keySet());
  }

  /** The newest kept schema is the type's, and values of each are values of every other one. */
  @ParameterizedTest
  @MethodSource("names")
  void kept_isTheTypesAndResolvesBothWays(String name) throws IOException {
    Class<? extends Record> type = Objects.requireNonNull(TYPES.get(name));
    AvroSchema now = AvroSchema.parse(AvroSchemas.of(type).toString());
    List<AvroSchema> known = AvroSchemas.known(name);
    if (known.isEmpty() || !known.get(known.size() - 1).equals(now)) {
      if (!UPDATING) {
        fail(
            "the newest schema of %s is not what %s says; add one with:"
                + " mvn -pl schemas test -Dtest=AvroSchemasTest -Davro.update=true",
            name, type.getName());
      }
      Files.writeString(
          KEPT.resolve(name + "-" + (known.size() + 1) + ".avsc"),
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(AvroSchemas.of(type))
              + "\n");
    }
    for (AvroSchema each : known) {
      assertThat(AvroResolver.of(each, now)).as("old values for new readers").isNotNull();
      assertThat(AvroResolver.of(now, each)).as("new values for old readers").isNotNull();
    }
  }

  @Test
  void known_nobodyHasHeardOf_isEmpty() {
    assertThat(AvroSchemas.known("nothing")).isEmpty();
  }
}
