package io.millrace.job.listening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.job.JobConfig;
import io.millrace.job.JobRuns;
import io.millrace.job.RescaleRun;
import io.millrace.job.TopicReader;
import io.millrace.local.broker.LocalBroker;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.util.List;
import org.apache.flink.core.execution.JobClient;
import org.junit.jupiter.api.Test;

/** Changes of parallelism in the middle of the plays, on savepoints. */
class TrendingSongsRescaleITCase extends RescaleRun {
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final List<Integer> PARALLELISMS = List.of(1, 4, 2);
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");

  @Test
  void rescale_1to4to2_everyChartOnceAndEqualToTheRecount() throws Exception {
    List<SongPlayed> plays = CannedPlays.plays(5, 6_000);
    ChartOracle recount = new ChartOracle(60 * MINUTE, 5 * MINUTE, 12, 30 * MINUTE, 2, 3, CHARTS);
    List<String> expected = recount.rows(plays, List.of());
    try (LocalBroker broker = broker()) {
      JobConfig config = CannedPlays.prepared(broker, PREFIX);
      String savepoint = "";
      for (int part = 0; part < PARALLELISMS.size(); part++) {
        int before = charts(broker).size();
        JobClient job = start(config, TrendingSongsJob::build, PARALLELISMS.get(part), savepoint);
        int size = plays.size() / PARALLELISMS.size();
        produce(broker, plays.subList(part * size, (part + 1) * size));
        boolean isLast = part == PARALLELISMS.size() - 1;
        if (isLast) {
          JobRuns.produce(broker.bootstrap(), CannedPlays.closing(PREFIX));
        }
        int wanted = isLast ? expected.size() : before + 1;
        await().atMost(LIMIT).until(() -> charts(broker).size() >= wanted);
        savepoint = stop(job);
      }

      assertThat(charts(broker)).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(TopicReader.committed(broker.bootstrap(), PREFIX + "trending-songs.late"))
          .isEmpty();
    }
  }

  private static void produce(LocalBroker broker, List<SongPlayed> plays) throws Exception {
    JobRuns.produce(broker.bootstrap(), CannedPlays.records(PREFIX, plays, List.of()));
  }

  private static List<String> charts(LocalBroker broker) throws IOException {
    return ChartOracle.published(
        TopicReader.committed(broker.bootstrap(), PREFIX + "trending-songs.charts"));
  }
}
