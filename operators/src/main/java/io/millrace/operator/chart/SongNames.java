package io.millrace.operator.chart;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The names that a song had, those of plays apart from those of the catalogue.
 *
 * @param names in the order in which they came up
 */
public record SongNames(List<SongName> names) {
  /** As many are kept, the last to come up. */
  private static final int MOST = 64;

  /** Of two that came up at once, the greater one in the order of text counts. */
  private static final Comparator<SongName> ORDER =
      Comparator.comparingLong(SongName::at)
          .thenComparing(SongName::title, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(SongName::artist, Comparator.nullsFirst(Comparator.naturalOrder()));

  static final SongNames NONE = new SongNames(List.of());

  /**
   * These names and one more. A name of plays came up with the first play that has it.
   *
   * @param firstOpen end of the first window that is still to be named
   */
  SongNames with(SongName name, long firstOpen) {
    List<SongName> all = new ArrayList<>(names);
    if (name.fromPlay()) {
      SongName known = sameFromPlay(name);
      if (known != null && known.at() <= name.at()) {
        return this;
      }
      all.remove(known);
    }
    all.add(name);
    all.sort(ORDER);
    SongName stillOpen = latest(all, firstOpen, false);
    // A play's name stays, for it must not come up anew; a bound sees to junk.
    all.removeIf(each -> !each.fromPlay() && each.at() < firstOpen && !each.equals(stillOpen));
    return new SongNames(List.copyOf(all.subList(Math.max(0, all.size() - MOST), all.size())));
  }

  private @Nullable SongName sameFromPlay(SongName name) {
    for (SongName each : names) {
      if (each.fromPlay()
          && Objects.equals(each.title(), name.title())
          && Objects.equals(each.artist(), name.artist())) {
        return each;
      }
    }
    return null;
  }

  /** What the song is called in the window that ends at a time; null where nobody said. */
  @Nullable SongName at(long windowEnd) {
    SongName ofCatalogue = latest(names, windowEnd, false);
    return ofCatalogue != null ? ofCatalogue : latest(names, windowEnd, true);
  }

  private static @Nullable SongName latest(List<SongName> names, long before, boolean fromPlay) {
    SongName latest = null;
    for (SongName each : names) {
      if (each.at() < before && each.fromPlay() == fromPlay) {
        latest = each;
      }
    }
    return latest;
  }
}
