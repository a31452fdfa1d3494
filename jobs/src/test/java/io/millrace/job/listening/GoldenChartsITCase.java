package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.GoldenCase;
import io.millrace.job.GoldenSavepoint;
import io.millrace.job.GoldenSavepoints;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The savepoints of trending songs. */
class GoldenChartsITCase extends GoldenSavepoints {
  GoldenChartsITCase() {
    super(List.of(new Charts()));
  }

  /** Charts of every kind, after {@link CannedPlays}. */
  private static final class Charts implements GoldenCase {
    private static final long MINUTE = CannedPlays.MINUTE;
    private static final long OUT_OF_ORDER_MILLIS = 5_000;
    private static final int PLAYS = 1_800;
    private static final int BEFORE = 1_200;
    private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");

    private final List<SongPlayed> plays = CannedPlays.plays(5, PLAYS);
    private final List<String> charts =
        new ChartOracle(60 * MINUTE, 5 * MINUTE, 12, 30 * MINUTE, 2, 3, CHARTS)
            .rows(plays, List.of());

    @Override
    public String directory() {
      return "trending-songs";
    }

    @Override
    public JobDescription job() {
      return TrendingSongsJob.JOB;
    }

    @Override
    public JobLauncher.Graph graph() {
      return TrendingSongsJob::build;
    }

    @Override
    public Map<String, String> options() {
      return CannedPlays.OPTIONS;
    }

    @Override
    public int read() {
      return BEFORE;
    }

    @Override
    public Input input(GoldenSavepoint.Taken taken, String prefix) {
      List<ProducerRecord<byte[], byte[]>> after = records(prefix, taken.read(), PLAYS);
      after.addAll(CannedPlays.closing(prefix));
      long publishedUpTo = publishedUpTo(taken.read());
      List<String> expected =
          charts.stream().filter(chart -> windowEnd(chart) > publishedUpTo).toList();
      assertThat(expected).hasSizeGreaterThan(50);
      return new Input(records(prefix, 0, taken.read()), after, expected);
    }

    @Override
    public List<String> published(String bootstrap, String prefix) throws IOException {
      return Stream.concat(
              ChartOracle.published(
                  TopicReader.committed(bootstrap, prefix + "trending-songs.charts"))
                  .stream(),
              TopicReader.committed(bootstrap, prefix + "trending-songs.late").stream()
                  .map(row -> "late " + row))
          .toList();
    }

    /** Plays from one place to another, in turn to each partition. */
    private List<ProducerRecord<byte[], byte[]>> records(String prefix, int from, int to) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (int i = from; i < to; i++) {
        SongPlayed play = plays.get(i);
        records.add(
            new ProducerRecord<>(
                prefix + Topics.LISTENING_PLAYS.name(),
                i % Topics.PARTITIONS,
                play.userId().getBytes(StandardCharsets.UTF_8),
                Topics.LISTENING_PLAYS.codec().encode(play)));
      }
      return records;
    }

    /** Every window that ends up to here is published once so many plays were read. */
    private long publishedUpTo(int read) {
      long[] latest = new long[Topics.PARTITIONS];
      for (int i = 0; i < read; i++) {
        int partition = i % Topics.PARTITIONS;
        latest[partition] = Math.max(latest[partition], plays.get(i).at());
      }
      return Arrays.stream(latest).min().getAsLong() - OUT_OF_ORDER_MILLIS;
    }

    private static long windowEnd(String chart) {
      return Long.parseLong(chart.split(" ", -1)[2]);
    }
  }
}
