package io.millrace.local.bench;

import io.millrace.local.feed.Zipf;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The paths of a benchmark's requests: a million, drawn by Zipf's law with exponent 1.1. A path is
 * named by its rank, from 0.
 *
 * <p><b>Space</b>: 8 bytes a rank. <b>Time</b>: one binary search a draw.
 */
final class LoadPaths {
  /** How many there are to draw from. */
  static final int COUNT = 1_000_000;

  static final double EXPONENT = 1.1;

  private static final List<String> SECTIONS =
      List.of("artists", "albums", "songs", "playlists", "concerts", "charts", "news", "search");
  private static final String NAME = "/the-quiet-harbor-";

  private final Zipf ranks = new Zipf(COUNT, EXPONENT);
  private final SplittableRandom random;

  LoadPaths(SplittableRandom random) {
    this.random = random;
  }

  /** The next rank. */
  int draw() {
    return ranks.draw(random);
  }

  /** The path of a rank. */
  static String of(int rank) {
    return "/" + SECTIONS.get(rank % SECTIONS.size()) + NAME + rank;
  }

  /** The rank of a path; -1 for what is none. */
  static int rank(String path) {
    try {
      int rank = Integer.parseInt(path.substring(path.lastIndexOf('-') + 1));
      return rank >= 0 && rank < COUNT && of(rank).equals(path) ? rank : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
