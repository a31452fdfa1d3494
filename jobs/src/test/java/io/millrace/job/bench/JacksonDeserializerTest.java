package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.feed.WebRequestsFeed;
import io.millrace.schema.Topics;
import io.millrace.schema.web.RequestServed;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A floor that left out work would flatter nobody but itself. */
class JacksonDeserializerTest {
  @Test
  void decode_requestsOfTheFeed_givesEveryFieldAsTheCodecDoes() throws Exception {
    WebRequestsFeed feed = new WebRequestsFeed(3);
    for (int n = 0; n < 1_000; n++) {
      byte[] json = feed.next(1_700_000_000_000L + n);

      assertThat(JacksonDeserializer.decode(json))
          .isEqualTo(Topics.WEB_REQUESTS.codec().decode(json));
    }
  }

  @Test
  void decode_absentAndUnknownFields_areLeftOut() throws Exception {
    String json =
        "{\"at\":5,\"more\":{\"path\":[1]},\"client\":\"c\",\"path\":\"/\",\"status\":null}";

    RequestServed request = JacksonDeserializer.decode(json.getBytes(StandardCharsets.UTF_8));

    assertThat(request)
        .isEqualTo(new RequestServed(5, "c", "/", null, null, null, null, null, null));
    assertThat(Checksum.of(request)).isEqualTo(5 + 1 + 1);
  }
}
