package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongFunction;

/** The seeded feeds of a run, written into their topics at a steady rate. */
public final class SeededFeeds {
  private static final Map<String, LongFunction<SeededFeed>> BY_TOPIC =
      Map.ofEntries(
          Map.entry(Topics.WEB_REQUESTS.name(), WebRequestsFeed::new),
          Map.entry(Topics.LISTENING_PLAYS.name(), SongPlaysFeed::new),
          Map.entry(Topics.LISTENING_SONGS.name(), seed -> new SongsFeed()),
          Map.entry(Topics.FILE_INGESTION_RECORDS.name(), FileRecordsFeed::new),
          Map.entry(Topics.LOGS_RAW.name(), LogLinesFeed::new),
          Map.entry(Topics.LOG_SOURCES.name(), seed -> new LogSourcesFeed()),
          Map.entry(Topics.LOG_RULES.name(), seed -> new LogRulesFeed()),
          Map.entry(Topics.LOG_SERVICES.name(), seed -> new LogServicesFeed()),
          Map.entry(Topics.MEDIA_UPLOADS.name(), MediaUploadsFeed::new),
          Map.entry(Topics.RATELIMIT_REQUESTS.name(), LimitedRequestsFeed::new),
          Map.entry(Topics.RATELIMIT_RULES.name(), seed -> new LimitRulesFeed()),
          Map.entry(Topics.LOCATION_UPDATES.name(), LocationUpdatesFeed::new),
          Map.entry(Topics.LOCATION_GRANTS.name(), LocationGrantsFeed::new),
          Map.entry(Topics.LOCATION_FENCES.name(), LocationPlacesFeed::new),
          Map.entry(Topics.LOCATION_NEARBY_REQUESTS.name(), NearbyQuestionsFeed::new),
          Map.entry(Topics.RECON_ENTRIES.name(), LedgerEntriesFeed::new),
          Map.entry(Topics.RECON_RULES.name(), seed -> new MatchRulesFeed()),
          Map.entry(Topics.RECON_FEES.name(), seed -> new FeesFeed()));

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final List<SeededFeed> feeds;
  private final long ratePerSecond;

  private SeededFeeds(List<SeededFeed> feeds, long ratePerSecond) {
    this.feeds = feeds;
    this.ratePerSecond = ratePerSecond;
  }

  /**
   * The feeds that exist for {@code topics}.
   *
   * @param ratePerSecond records a second of each feed, positive
   */
  public static SeededFeeds of(List<Topic<?>> topics, long seed, long ratePerSecond) {
    List<SeededFeed> feeds = new ArrayList<>();
    for (Topic<?> topic : topics) {
      LongFunction<SeededFeed> feed = BY_TOPIC.get(topic.name());
      if (feed != null) {
        feeds.add(feed.apply(seed));
      }
    }
    return new SeededFeeds(List.copyOf(feeds), ratePerSecond);
  }

  /** Whether there is no feed for any of the topics. */
  public boolean isEmpty() {
    return feeds.isEmpty();
  }

  /**
   * Writes records as time goes by, until {@code stop} becomes true or {@code duration} is over.
   *
   * @throws IOException where Kafka takes no more
   */
  public void feedLive(TopicFeeder feeder, Duration duration, BooleanSupplier stop)
      throws IOException {
    long start = System.nanoTime();
    long end = count(duration);
    long made = 0;
    while (made < end && !stop.getAsBoolean()) {
      long due = Math.min(end, count(Duration.ofNanos(System.nanoTime() - start)));
      for (; made < due && !stop.getAsBoolean(); made++) {
        sendOneOfEach(feeder, System.currentTimeMillis());
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
    feeder.flush();
  }

  /**
   * Writes at once what {@link #feedLive} would have written in the {@code duration} before {@code
   * end}.
   *
   * @param end end of that time, in milliseconds since the epoch
   * @throws IOException where Kafka takes no more
   */
  public void feedPast(TopicFeeder feeder, Duration duration, long end, BooleanSupplier stop)
      throws IOException {
    long count = count(duration);
    long start = end - duration.toMillis();
    for (long made = 0; made < count && !stop.getAsBoolean(); made++) {
      sendOneOfEach(feeder, start + made * 1_000 / ratePerSecond);
    }
    feeder.flush();
  }

  private void sendOneOfEach(TopicFeeder feeder, long now) throws IOException {
    for (SeededFeed feed : feeds) {
      byte[] value = feed.next(now);
      if (value == null) {
        continue;
      }
      feeder.send(new TopicRecords(feed.topic(), null).of(value));
    }
  }

  /** Records of one feed in {@code duration}; saturates for one without end. */
  private long count(Duration duration) {
    long millis = duration.toMillis();
    return millis > Long.MAX_VALUE / ratePerSecond
        ? Long.MAX_VALUE
        : millis * ratePerSecond / 1_000;
  }
}
