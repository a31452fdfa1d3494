package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.location.NearbyAsked;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * People of {@link LocationUpdatesFeed} ask, five times a second, who of those who share with them
 * is within half a kilometre to three of somewhere in town.
 */
public final class NearbyQuestionsFeed implements SeededFeed {
  private static final long EVERY_MILLIS = 200;
  private static final double REACH_DEGREES = 0.08;
  private static final int LEAST_METERS = 500;
  private static final int MOST_METERS = 3_000;

  private final JsonCodec<NearbyAsked> codec = Topics.LOCATION_NEARBY_REQUESTS.codec();
  private final SplittableRandom random;
  private long made;
  private long askedAt = Long.MIN_VALUE;

  /** Questions that are the same for one seed. */
  public NearbyQuestionsFeed(long seed) {
    random = new SplittableRandom(seed);
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOCATION_NEARBY_REQUESTS;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (askedAt != Long.MIN_VALUE && now < askedAt + EVERY_MILLIS) {
      return null;
    }
    askedAt = now;
    return codec.encode(
        new NearbyAsked(
            "question-" + made++,
            now,
            "user-" + random.nextInt(LocationUpdatesFeed.USERS),
            LocationUpdatesFeed.LATITUDE + (random.nextDouble() - 0.5) * REACH_DEGREES,
            LocationUpdatesFeed.LONGITUDE + (random.nextDouble() - 0.5) * REACH_DEGREES,
            random.nextInt(LEAST_METERS, MOST_METERS)));
  }
}
