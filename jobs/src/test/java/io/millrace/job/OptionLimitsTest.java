package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.catalogue.JobCatalogue;
import java.util.List;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Figures at and beyond the ends of what a job's options take. */
class OptionLimitsTest {
  @ParameterizedTest
  @CsvSource({
    "heavy-hitters, window, 0s, the window must be from 1 ms",
    "heavy-hitters, window, -1s, --window",
    "heavy-hitters, window, soon, expected a duration such as 5s",
    "heavy-hitters, k, many, expected a whole number",
    "heavy-hitters, weight, x, expected count or bytes",
    "heavy-hitters, memory, much, expected a size such as 64kb",
    "heavy-hitters, window, 3652426d, --window",
    "heavy-hitters, window, 10675199116731d, --window",
    "heavy-hitters, slide, 0s, the slide must be from 1 ms",
    "heavy-hitters, slide, 6m, the slide must be from 1 ms to the length of the window",
    "heavy-hitters, k, 0, k must be from 1 to 10000",
    "heavy-hitters, k, 10001, k must be from 1 to 10000",
    "heavy-hitters, k, 99999999999, --k",
    "heavy-hitters, memory, 0, at least 64 KiB",
    "heavy-hitters, memory, -1, --memory",
    "heavy-hitters, allowed-lateness, -1s, --allowed-lateness",
    "heavy-hitters, max-out-of-orderness, -1s, --max-out-of-orderness",
    "heavy-hitters, idle-timeout, -1s, --idle-timeout",
    "heavy-hitters, max-ahead, -1s, --max-ahead",
    "heavy-hitters, event-time-min, yesterday, --event-time-min",
    "trending-songs, window, 0s, the window must be from 1 ms",
    "trending-songs, slide, 0s, the slide must be from 1 ms",
    "trending-songs, slide, 7m, the slide must divide the window",
    "trending-songs, k, 0, k must be from 1 to 10000",
    "trending-songs, min-played, -1s, --min-played",
    "trending-songs, half-life, 0s, the half-life must be at least 1 ms",
    "trending-songs, listener-cap, -1, plays of a listener that count must be at least 0",
    "trending-songs, dedup-horizon, -1s, --dedup-horizon",
    "trending-songs, min-support, 0, needs for novelty must be at least 1",
    "rate-counting, lease-epoch, 0s, the epoch of leases must be at least 1 ms",
    "rate-counting, verdict-horizon, -1s, --verdict-horizon",
    "rate-counting, usage-window, 0s, must be a multiple of the epoch of leases",
    "rate-counting, usage-window, 150ms, must be a multiple of the epoch of leases",
    "reconciliation, retention, -1s, --retention",
    "reconciliation, tie-out-period, 0s, days must be summed up every 1 ms or more",
    "location-fanout, max-speed, -1, the greatest speed must be a number of metres",
    "location-fanout, max-speed, NaN, the greatest speed must be a number of metres",
    "location-fanout, coalesce, -1s, --coalesce",
    "log-ingestion, recall, 2026-1-31, must be days such as",
    "log-ingestion, recall, 2026-01-31, --recall needs --archive",
    "log-ingestion, recall-late, -1, --recall-late must be from 0 to 366",
    "log-ingestion, recall-late, 367, --recall-late must be from 0 to 366",
    "log-ingestion, media-horizon, 0s, --media-horizon must be from 1ms to 3650d",
    "log-ingestion, media-horizon, 3651d, --media-horizon must be from 1ms to 3650d",
    "file-ingestion, poll, 0s, --poll must be longer than 0s",
    "file-ingestion, stable-for, -1s, --stable-for",
    "file-ingestion, max-row, 897kb, --max-row must be from 1b to 896kb",
    "file-ingestion, format, tsv, no format",
    "file-ingestion, ack, /done, --ack must be the end of a name",
    "file-ingestion, columns, 'a,,b', columns must have names of their own",
    "file-ingestion, record-element, '', the record element must have a name",
    "file-export, window, 0s, the window must be from 1 ms",
    "file-export, files-per-window, 0, must be from 1 to 1000",
    "file-export, files-per-window, 1001, must be from 1 to 1000",
    "file-export, format, xml, no format",
    "file-export, columns, at, --columns needs --format csv",
    "file-export, topics, '', no topic",
    "file-export, topics, web.pages, no topic",
    "file-export, topics, file-ingestion.live, no topic",
    "file-export, topics, logs.raw, no topic",
    "file-export, topics, log.rules, no topic",
    "file-export, topics, location.updates, no topic",
    "file-export, topics, 'web.requests,web.requests', twice",
  })
  void build_figureBeyondItsEnds_isRefused(
      String job, String option, String value, String message) {
    // The launcher refuses the options of a job for both.
    assertThatThrownBy(() -> JobGraphs.of(JobCatalogue.named(job), List.of("--" + option, value)))
        .isInstanceOfAny(ProgramParametrizationException.class, IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "heavy-hitters, window, 1ms",
    "heavy-hitters, window, 3652425d",
    "heavy-hitters, slide, 5m",
    "heavy-hitters, k, 1",
    "heavy-hitters, k, 10000",
    "heavy-hitters, memory, 64kb",
    "heavy-hitters, allowed-lateness, 0s",
    "trending-songs, listener-cap, 0",
    "trending-songs, dedup-horizon, 0s",
    "trending-songs, min-played, 0s",
    "trending-songs, min-support, 1",
    "rate-counting, verdict-horizon, 0s",
    "rate-counting, usage-window, 100ms",
    "reconciliation, retention, 0s",
    "location-fanout, max-speed, 0",
    "location-fanout, coalesce, 0s",
    "log-ingestion, recall-late, 0",
    "log-ingestion, media-horizon, 3650d",
    "file-ingestion, stable-for, 0s",
    "file-ingestion, max-row, 896kb",
    "file-ingestion, format, xml",
    "file-export, window, 1ms",
    "file-export, files-per-window, 1000",
    "file-export, format, csv",
    "file-export, topics, 'web.requests, rate-counting.verdicts'",
  })
  void build_figureAtItsEnds_isTaken(String job, String option, String value) throws Exception {
    assertThat(
            JobGraphs.of(JobCatalogue.named(job), List.of("--" + option, value)).getStreamNodes())
        .isNotEmpty();
  }
}
