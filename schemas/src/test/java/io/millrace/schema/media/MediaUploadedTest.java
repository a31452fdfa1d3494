package io.millrace.schema.media;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.schema.Topics;
import io.millrace.schema.codec.RejectedException;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MediaUploadedTest {
  private static final String DIGEST = "0123456789abcdef".repeat(4);
  private static final String WHOLE =
      "{\"mediaId\":\"m\",\"at\":1,\"sha256\":\""
          + DIGEST
          + "\",\"sizeBytes\":0,\"contentType\":\"image/png\",\"location\":\"s3://media/a b.png\"}";

  private static MediaUploaded decoded(String json) throws RejectedException {
    return Topics.MEDIA_UPLOADS.codec().decode(json.getBytes(UTF_8));
  }

  @Test
  void upload_withWhatItNeeds_isTaken() throws Exception {
    MediaUploaded upload = decoded(WHOLE);

    assertThat(upload.version()).isNull();
    assertThat(upload.location()).isEqualTo("s3://media/a b.png");
  }

  @Test
  void digestTypeAndTags_haveOneForm() throws Exception {
    MediaUploaded upload =
        decoded(
            WHOLE
                .replace(DIGEST, DIGEST.toUpperCase(Locale.ROOT))
                .replace("image/png", "Video/MP4; codecs=\\\"AVC1\\\"")
                .replace("}", ",\"tags\":{\"b\":\"2\",\"a\":\"1\"}}"));

    assertThat(upload.sha256()).isEqualTo(DIGEST);
    assertThat(upload.contentType()).isEqualTo("video/mp4; codecs=\"AVC1\"");
    assertThat(upload.tags()).hasToString("{a=1, b=2}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"m\"            | \" \"                    | mediaId must not be blank",
        "cdef\"           | cdeg\"                   | sha256 must be 64 hexadecimal digits",
        "cdef\"           | cde\"                    | sha256 must be 64 hexadecimal digits",
        "image/png        | image                    | contentType must be a media type",
        "image/png        | image/                   | contentType must be a media type",
        "image/png        | im age/png               | contentType must be a media type",
        "s3://media       | /media                   | location must be an address",
        "s3://media       | s3://media\\u0000        | location must be an address",
        "s3://media       | ftp://me:secret@media    | location must not name a user",
        ":0,              | :-1,                     | sizeBytes",
        "\"at\":1,        | \"at\":1,\"version\":-1, | version",
        "\"at\":1,        | \"at\":1,\"tags\":{\"\":\"x\"}, | the name of a tag",
      })
  void upload_thatCantBe_isRefusedWithItsReason(String given, String instead, String message) {
    assertThat(WHOLE).contains(given);

    assertThatThrownBy(() -> decoded(WHOLE.replace(given, instead)))
        .isInstanceOf(RejectedException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65})
  void tags_areAtMost64(int count) throws Exception {
    String tags =
        IntStream.range(0, count)
            .mapToObj(i -> "\"t" + i + "\":\"x\"")
            .collect(Collectors.joining(",", ",\"tags\":{", "}}"));
    String json = WHOLE.replace("}", tags);
    if (count == 64) {
      assertThat(decoded(json).tags()).hasSize(64);
    } else {
      assertThatThrownBy(() -> decoded(json)).hasMessageContaining("tags must be at most 64");
    }
  }
}
