package io.millrace.schema;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topic.Lane;
import io.millrace.schema.codec.EventTime;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.lane.LiveRow;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopicsTest {
  static List<Topic<?>> topics() {
    return Topics.all();
  }

  @Test
  void all_names_areUnique() {
    assertThat(topics()).extracting(Topic::name).doesNotHaveDuplicates();
  }

  @Test
  void all_deadLetters_areThoseOfTheInputs() {
    List<String> ofInputs =
        Stream.concat(
                topics().stream()
                    .filter(topic -> topic.lane() == Lane.INPUT)
                    .map(input -> input.deadLetters().name()),
                // What comes in as files is in no topic before; what goes out is of any topic.
                Stream.of(
                    Topics.FILE_INGESTION_ROWS_DLQ.name(), Topics.FILE_EXPORT_ROWS_DLQ.name()))
            .toList();
    assertThat(topics().stream().filter(topic -> topic.lane() == Lane.DEAD_LETTER))
        .extracting(Topic::name)
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(ofInputs);
  }

  @Test
  void byName_unknown_isEmpty() {
    assertThat(Topics.byName("web.request")).isEmpty();
    assertThat(Topics.byName("")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_byItsName_isFound(Topic<?> topic) {
    assertThat(Topics.byName(topic.name())).hasValue(topic);
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_name_followsItsLane(Topic<?> topic) {
    String word = "[a-z]+(-[a-z]+)*";
    String pattern =
        switch (topic.lane()) {
          case INPUT, RESULT -> word + "\\." + word;
          case DEAD_LETTER -> word + "\\." + word + "\\.dlq";
          case LATE -> word + "\\.late";
          case LIVE -> word + "\\.live";
        };
    assertThat(topic.name()).matches(pattern);
    assertThat(topic.name().endsWith(".late")).isEqualTo(topic.lane() == Lane.LATE);
    assertThat(topic.name().endsWith(".live")).isEqualTo(topic.lane() == Lane.LIVE);
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_lane_hasItsType(Topic<?> topic) {
    assertThat(topic.type() == DeadLettered.class).isEqualTo(topic.lane() == Lane.DEAD_LETTER);
    assertThat(topic.type() == LateArrived.class).isEqualTo(topic.lane() == Lane.LATE);
    assertThat(topic.type() == LiveRow.class).isEqualTo(topic.lane() == Lane.LIVE);
    if (topic.lane() == Lane.LIVE) {
      assertThat(topic.cleanup()).isEqualTo(Topic.Cleanup.COMPACT);
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_keyField_isARequiredTextOfItsType(Topic<?> topic) {
    if (topic.keyField() == null) {
      assertThat(topic.lane()).isIn(Lane.DEAD_LETTER, Lane.LATE, Lane.LIVE);
      return;
    }
    assertThat(topic.type().getRecordComponents())
        .filteredOn(component -> component.getName().equals(topic.keyField()))
        .singleElement()
        .satisfies(
            key -> {
              assertThat(key.getType()).isEqualTo(String.class);
              assertThat(key.getAnnotatedType().isAnnotationPresent(Nullable.class)).isFalse();
            });
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_input_hasOneEventTimeCalledAt(Topic<?> topic) {
    List<RecordComponent> times =
        Arrays.stream(topic.type().getRecordComponents())
            .filter(component -> component.isAnnotationPresent(EventTime.class))
            .toList();
    if (topic.lane() == Lane.INPUT) {
      assertThat(times)
          .filteredOn(time -> time.getType() == long.class || time.getName().equals("at"))
          .extracting(RecordComponent::getName)
          .containsExactly("at");
    } else {
      assertThat(times).as("times in outputs are milliseconds only").isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_type_isPublicAndHasACodec(Topic<?> topic) {
    assertThat(Modifier.isPublic(topic.type().getModifiers())).isTrue();
    assertThat(topic.codec()).isNotNull();
  }

  @ParameterizedTest
  @MethodSource("topics")
  void topic_description_isASentence(Topic<?> topic) {
    assertThat(topic.description()).matches("[A-Z].*\\.");
    assertThat(topic.partitions()).isPositive();
  }
}
