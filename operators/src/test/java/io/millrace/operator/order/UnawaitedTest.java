package io.millrace.operator.order;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.Test;

final class UnawaitedTest {
  @Test
  @SuppressWarnings("try") // Closing may be interrupted.
  void watermark_isAtTheEndOfTimeFromTheStart() throws Exception {
    try (var harness = new OneInputStreamOperatorTestHarness<>(operator())) {
      harness.open();
      harness.setProcessingTime(1);
      harness.processElement("a", 5);
      harness.processWatermark(10);
      harness.processWatermarkStatus(WatermarkStatus.IDLE);
      harness.processElement("b", 6);
      assertThat(harness.getOutput())
          .containsExactly(
              Watermark.MAX_WATERMARK, new StreamRecord<>("a", 5), new StreamRecord<>("b", 6));
    }
  }

  @SuppressWarnings("unchecked")
  private static OneInputStreamOperator<String, String> operator() {
    DataStream<String> events =
        StreamExecutionEnvironment.getExecutionEnvironment().fromData(Types.STRING, "a");
    var transformation =
        (OneInputTransformation<String, String>)
            Unawaited.of(events, "unawaited").getTransformation();
    return (OneInputStreamOperator<String, String>)
        ((SimpleOperatorFactory<String>) transformation.getOperatorFactory()).getOperator();
  }
}
