package io.millrace.operator.logline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

class FieldMapTest {
  @Test
  void fields_areThoseOfAnyMap_inTheirOrder() {
    FieldMap fields = new FieldMap(1);
    Map<String, String> expected = new LinkedHashMap<>();
    for (int i = 0; i < 100; i++) {
      fields.add("name-" + i, "value-" + i);
      expected.put("name-" + i, "value-" + i);
    }

    assertThat(fields).isEqualTo(expected).hasSameHashCodeAs(expected).hasSize(100);
    assertThat(fields.keySet()).containsExactlyElementsOf(expected.keySet());
    assertThat(fields.get("name-99")).isEqualTo("value-99");
    assertThat(fields.get("name-100")).isNull();
    assertThat(fields.containsKey("name-0")).isTrue();
    Map<String, String> copied = new HashMap<>();
    fields.forEach(copied::put);
    assertThat(copied).isEqualTo(expected);
  }

  @Test
  void valuesInTheLine_areMadeOnceAsked_besideOthers() {
    LineText line = LineText.of("{\"a\":\"one\",\"é\":\"zwölf\"}");
    FieldMap fields = new FieldMap(1);
    fields.add("given", "value");
    fields.add("a", line, 6, 9);
    fields.add("é", line, 17, 23);
    fields.add("more", "");

    assertThat(fields.get("é")).isEqualTo("zwölf").isSameAs(fields.get("é"));
    assertThat(fields)
        .isEqualTo(Map.of("given", "value", "a", "one", "é", "zwölf", "more", ""))
        .hasToString("{given=value, a=one, é=zwölf, more=}");
  }

  @Test
  void iterator_atTheEnd_hasNothing() {
    assertThatThrownBy(() -> new FieldMap().entrySet().iterator().next())
        .isInstanceOf(NoSuchElementException.class);
  }
}
