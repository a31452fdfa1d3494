package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.listening.SongCatalogued;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue of the songs that {@link SongPlaysFeed} plays: the old ones one after the other at
 * the start, and each new release some time after it is first played.
 */
public final class SongsFeed implements SeededFeed {
  /** A release is catalogued so long after it came out. */
  private static final long DELAY_MILLIS = 25 * 60_000L;

  /** The catalogue has its old songs since this long before the feed begins. */
  private static final long KNOWN_MILLIS = 24 * 3_600_000L;

  private static final String[] GENRES = {"pop", "rock", "jazz", "folk", "electronic"};

  private final JsonCodec<SongCatalogued> codec = Topics.LISTENING_SONGS.codec();
  private final FastForward time = new FastForward();
  private int next;
  private int lastRelease;

  @Override
  public Topic<?> topic() {
    return Topics.LISTENING_SONGS;
  }

  @Override
  public byte @Nullable [] next(long now) {
    long at = time.at(now);
    if (next < FeedSongs.OLD) {
      return song(next++, at - KNOWN_MILLIS);
    }
    int release = FeedSongs.release(at - DELAY_MILLIS);
    if (release == lastRelease) {
      return null;
    }
    lastRelease = release;
    return song(release, at);
  }

  private byte[] song(int song, long at) {
    return codec.encode(
        new SongCatalogued(
            FeedSongs.id(song),
            at,
            FeedSongs.title(song),
            FeedSongs.artist(song),
            GENRES[song % GENRES.length]));
  }
}
