package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.codec.JsonProjection;
import io.millrace.schema.codec.Projected;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.web.RequestServed;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectedToLateArrivedTest {
  private static final OpenContext OPEN = new OpenContext() {};

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"at\":7,\"client\":\"c\",\"path\":\"/\"}",
        " {\"bytes\":-0,\"path\":\"\\/\\u00e9\",\"client\":\"\",\"x\":[{}],"
            + "\"at\":\"1970-01-01T00:00:00.007Z\"} "
      })
  void map_lateRecord_isTheRowOfTheWholeRecord(String json) throws Exception {
    RequestServed whole = JsonCodec.of(RequestServed.class).decode(json.getBytes(UTF_8));
    Projected projected =
        JsonProjection.of(RequestServed.class, List.of("path")).read(json.getBytes(UTF_8));
    ToLateArrived<RequestServed> ofWhole = new ToLateArrived<>(Topics.WEB_REQUESTS);
    ofWhole.open(OPEN);
    ProjectedToLateArrived<RequestServed> ofProjected =
        new ProjectedToLateArrived<>(Topics.WEB_REQUESTS);
    ofProjected.open(OPEN);

    LateArrived row = ofProjected.map(Tuple2.of(projected, 9L));

    assertThat(row).isEqualTo(ofWhole.map(Tuple2.of(whole, 9L)));
    assertThat(row.at()).isEqualTo(7);
    assertThat(row.watermark()).isEqualTo(9);
  }
}
