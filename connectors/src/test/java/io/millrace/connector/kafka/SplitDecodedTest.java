package io.millrace.connector.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.types.Either;
import org.junit.jupiter.api.Test;

@SuppressWarnings("try") // The harness declares that close may be interrupted.
class SplitDecodedTest {
  @Test
  void processElement_valueAndDeadLetter_goTheirWays() throws Exception {
    DeadLettered letter =
        DeadLetters.of(
            "job",
            Stage.DECODE,
            Rejection.EMPTY,
            "nothing",
            DeadLetters.Origin.result("topic", 0),
            null,
            null);
    try (var harness =
        new OneInputStreamOperatorTestHarness<Either<DeadLettered, String>, String>(
            new SplitDecoded<>())) {
      harness.open();
      harness.processElement(new StreamRecord<>(Either.Right("value"), 7));
      harness.processElement(new StreamRecord<>(Either.Left(letter), 8));

      assertThat(harness.extractOutputStreamRecords())
          .containsExactly(new StreamRecord<>("value", 7));
      assertThat(harness.getSideOutput(SplitDecoded.DEAD_LETTER))
          .containsExactly(new StreamRecord<>(letter, 8));
    }
  }
}
