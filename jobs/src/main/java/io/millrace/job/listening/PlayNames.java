package io.millrace.job.listening;

import io.millrace.operator.chart.SongName;
import io.millrace.schema.codec.Projected;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichFlatMapFunction;
import org.apache.flink.util.Collector;

/**
 * Tells what plays call their songs: each name when it first comes, and again where it comes with
 * an earlier event time.
 *
 * <p><b>Space</b>: a table of one million songs, 24 MiB; of two songs in one place the name of each
 * is told again when they take turns. <b>Replay</b>: idempotent.
 */
final class PlayNames extends RichFlatMapFunction<Projected, SongName> {
  private static final long serialVersionUID = 1L;
  private static final int PLACES = 1 << 20;

  private transient long[] songs;
  private transient long[] names;
  private transient long[] firstTimes;

  @Override
  public void open(OpenContext context) {
    songs = new long[PLACES];
    names = new long[PLACES];
    firstTimes = new long[PLACES];
  }

  @Override
  public void flatMap(Projected play, Collector<SongName> out) {
    if (!PlaySlices.hasName(play)) {
      return;
    }
    long song = PlaySlices.song(play);
    long name = PlaySlices.name(play);
    int place = (int) song & (PLACES - 1);
    if (songs[place] == song && names[place] == name && firstTimes[place] <= play.at()) {
      return;
    }
    songs[place] = song;
    names[place] = name;
    firstTimes[place] = play.at();
    out.collect(
        new SongName(
            PlaySlices.songId(play),
            play.at(),
            PlaySlices.title(play),
            PlaySlices.artist(play),
            true));
  }
}
