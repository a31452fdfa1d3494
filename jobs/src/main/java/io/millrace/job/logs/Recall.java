package io.millrace.job.logs;

import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.archive.ArchivedRows;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.StoreAccess;
import io.millrace.operator.logs.LogLine;
import io.millrace.schema.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Days whose documents are brought back into OpenSearch, and the lines of the archive that they are
 * made of.
 *
 * @param days the days, in UTC
 * @param lateDays how many days after those lines came in
 */
record Recall(List<LocalDate> days, int lateDays) {
  private static final int MOST_DAYS = 366;

  /**
   * What is brought back by these options; of no days where nothing is.
   *
   * @throws IllegalArgumentException where an option that it needs is missing or another one
   */
  static Recall of(JobConfig config) {
    TreeSet<LocalDate> days = new TreeSet<>();
    String given = config.get(LogIngestionOptions.RECALL, "");
    for (String day : given.isEmpty() ? new String[0] : given.split(",", -1)) {
      try {
        days.add(LocalDate.parse(day.strip()));
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            "--recall must be days such as 2026-11-24,2026-11-25, found " + day, e);
      }
    }
    int late = config.get(LogIngestionOptions.RECALL_LATE);
    if (late < 0 || late > MOST_DAYS || days.size() > MOST_DAYS) {
      throw new IllegalArgumentException(
          "--recall-late must be from 0 to 366, and --recall at most so many days");
    }
    if (!days.isEmpty()) {
      require(ArchiveOptions.isGiven(config.configuration()), "--archive, where the lines are");
      require(config.get(KafkaOptions.BOUNDED), "--bounded true, since it ends");
      require(
          config.get(KafkaOptions.START_FROM).equals("earliest"),
          "--start-from earliest, since it needs all sources and rules");
      require(
          !config.get(KafkaOptions.JOB_NAME).equals(config.job().name()),
          "a --job-name of its own, since the job that ingests has that of the job");
      require(
          StoreAccess.writes(config, StoreAccess.OPENSEARCH),
          "--opensearch, where the days are brought back");
    }
    return new Recall(List.copyOf(days), late);
  }

  private static void require(boolean isGiven, String what) {
    if (!isGiven) {
      throw new IllegalArgumentException("--recall needs " + what);
    }
  }

  boolean isNone() {
    return days.isEmpty();
  }

  /** The lines that came in from the day before the first one on. */
  DataStream<LogLine> lines(StreamExecutionEnvironment env, JobConfig config) {
    String name = config.get(KafkaOptions.TOPIC_PREFIX) + Topics.LOGS_RAW.name();
    TreeSet<LocalDate> archived = new TreeSet<>();
    for (LocalDate day : days) {
      for (int i = -1; i <= lateDays; i++) {
        archived.add(day.plusDays(i));
      }
    }
    try {
      return env.fromSource(
              ArchivedRows.source(config.configuration(), name, new ArrayList<>(archived)),
              WatermarkStrategy.noWatermarks(),
              "Archive " + name)
          .uid("archive-source")
          .map(new FromArchive())
          .returns(TypeInformation.of(LogLine.class))
          .uid("archived-lines")
          .name("To LogLine");
    } catch (IOException e) {
      throw new UncheckedIOException("the archive can't be read: " + e.getMessage(), e);
    }
  }
}
