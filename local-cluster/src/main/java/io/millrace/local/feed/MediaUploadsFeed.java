package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.media.MediaUploaded;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Pictures and videos that the customers of a shop upload, one for fifty of other records: some
 * sent again, some the same picture under another name, some tagged or deleted later, a few broken.
 */
public final class MediaUploadsFeed implements SeededFeed {
  private static final int TURNS = 50;
  private static final int DIGEST_BYTES = 32;
  private static final int MOST_IMAGE_BYTES = 8_000_000;
  private static final int MOST_VIDEO_BYTES = 90_000_000;

  private final JsonCodec<MediaUploaded> codec = Topics.MEDIA_UPLOADS.codec();
  private final Random random;
  private long turns;
  private long files;
  private @Nullable MediaUploaded last;

  /** Starts at the first upload. */
  public MediaUploadsFeed(long seed) {
    this.random = new Random(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.MEDIA_UPLOADS;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (turns++ % TURNS != 0) {
      return null;
    }
    MediaUploaded before = last;
    int what = random.nextInt(20);
    if (before == null || what >= 6) {
      last = uploaded(now, digest());
    } else if (what == 0) {
      return "{\"mediaId\":\"m-broken\",\"sha256\":\"?\"}".getBytes(StandardCharsets.UTF_8);
    } else if (what == 1) {
      last = uploaded(now, before.sha256());
    } else if (what >= 4) {
      last = changed(before, now, what == 4);
    }
    return last == null ? null : codec.encode(last);
  }

  private String digest() {
    byte[] digest = new byte[DIGEST_BYTES];
    random.nextBytes(digest);
    return HexFormat.of().formatHex(digest);
  }

  private MediaUploaded uploaded(long now, String sha256) {
    boolean isVideo = random.nextInt(4) == 0;
    String id = "m-" + ++files;
    String ending = isVideo ? ".mp4" : ".jpg";
    return new MediaUploaded(
        id,
        0L,
        now,
        sha256,
        1 + random.nextInt(isVideo ? MOST_VIDEO_BYTES : MOST_IMAGE_BYTES),
        isVideo ? "video/mp4" : "image/jpeg",
        "s3://media/" + Instant.ofEpochMilli(now).toString().substring(0, 10) + "/" + id + ending,
        "holiday" + ending,
        "user-" + random.nextInt(200),
        1_920L,
        1_080L,
        isVideo ? 1_000L * (1 + random.nextInt(300)) : null,
        null,
        null);
  }

  private static MediaUploaded changed(MediaUploaded file, long now, boolean deleted) {
    return new MediaUploaded(
        file.mediaId(),
        (file.version() == null ? 0 : file.version()) + 1,
        now,
        file.sha256(),
        file.sizeBytes(),
        file.contentType(),
        file.location(),
        file.fileName(),
        file.uploadedBy(),
        file.widthPixels(),
        file.heightPixels(),
        file.durationMillis(),
        Map.of("album", List.of("summer", "winter").get((int) (now & 1))),
        deleted);
  }
}
