package io.millrace.local.feed;

import java.util.List;

/** The songs of the seeded feeds, by number: first those of the catalogue, then new releases. */
final class FeedSongs {
  /** Songs that were there from the start. */
  static final int OLD = 2_000;

  /** A song is released every so many milliseconds of the feed's time. */
  static final long RELEASED_EVERY_MILLIS = 40 * 60_000L;

  private static final List<String> ADJECTIVES =
      List.of("Blue", "Golden", "Quiet", "Electric", "Broken", "Wild", "Distant", "Silver");
  private static final List<String> NOUNS =
      List.of("River", "Mirror", "Highway", "Garden", "Signal", "Harbor", "Winter", "Engine");
  private static final List<String> PLACES =
      List.of("Tonight", "Again", "at Dawn", "in the Rain", "Forever", "Back Home", "Slowly");
  private static final List<String> GROUPS =
      List.of("Band", "Quartet", "Choir", "Orchestra", "Trio");

  private FeedSongs() {}

  /** The number of the release that came out last at a time. */
  static int release(long at) {
    return OLD + (int) Math.floorMod(at / RELEASED_EVERY_MILLIS, 100_000L);
  }

  static String id(int song) {
    return String.format("song-%05d", song);
  }

  static String title(int song) {
    return ADJECTIVES.get(song % ADJECTIVES.size())
        + " "
        + NOUNS.get(song / 8 % NOUNS.size())
        + " "
        + PLACES.get(song / 64 % PLACES.size());
  }

  static String artist(int song) {
    return GROUPS.get(song / 3 % GROUPS.size()) + " " + (1 + song / 15 % 40);
  }
}
