package io.millrace.job.listening;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.job.CrashRuns;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.TopicReader;
import io.millrace.local.fault.ChartOracle;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Each chart is that of a recount, whatever fails. */
class TrendingSongsCrashITCase extends CrashRuns {
  private static final long MINUTE = CannedPlays.MINUTE;
  private static final List<String> CHARTS = List.of("windowed", "decayed", "novelty");

  private final List<SongPlayed> plays = CannedPlays.plays(3, 4_000);

  @Override
  protected JobDescription job() {
    return TrendingSongsJob.JOB;
  }

  @Override
  protected JobLauncher.Graph graph() {
    return TrendingSongsJob::build;
  }

  @Override
  protected Map<String, String> options() {
    return CannedPlays.OPTIONS;
  }

  @Override
  protected int size() {
    return plays.size();
  }

  @Override
  protected List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    return CannedPlays.records(prefix, plays, CannedPlays.songs());
  }

  @Override
  protected List<String> expected() {
    return new ChartOracle(60 * MINUTE, 5 * MINUTE, 12, 30 * MINUTE, 2, 3, CHARTS)
        .rows(plays, CannedPlays.songs());
  }

  @Override
  protected List<String> committed(String bootstrap, String prefix) throws IOException {
    List<String> rows =
        new ArrayList<>(ChartOracle.published(read(bootstrap, prefix + "trending-songs.charts")));
    read(bootstrap, prefix + "trending-songs.late").forEach(late -> rows.add("late " + late));
    read(bootstrap, prefix + "listening.plays.dlq").forEach(row -> rows.add("refused " + row));
    return rows;
  }

  private static List<JsonNode> read(String bootstrap, String topic) throws IOException {
    return TopicReader.committed(bootstrap, topic);
  }
}
