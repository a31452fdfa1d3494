package io.millrace.job.logs;

import io.millrace.connector.archive.Archive;
import io.millrace.connector.archive.ArchiveOptions;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.opensearch.LogDocuments;
import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.LiveLane;
import io.millrace.job.StoreAccess;
import io.millrace.operator.logline.LineFilter;
import io.millrace.operator.logline.LineParser;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logs.BoardRow;
import io.millrace.operator.logs.LogIngestion;
import io.millrace.operator.logs.LogIngestion.Ingested;
import io.millrace.operator.logs.LogLine;
import io.millrace.operator.logs.LogNews;
import io.millrace.operator.logs.LogRule;
import io.millrace.operator.logs.LogSpec;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.logs.AlertState;
import io.millrace.schema.logs.LineArchived;
import io.millrace.schema.logs.LinesAccounted;
import io.millrace.schema.logs.LogAlertRaised;
import io.millrace.schema.logs.LogRecorded;
import io.millrace.schema.logs.LogRuleSet;
import io.millrace.schema.logs.LogServiceDescribed;
import io.millrace.schema.logs.LogSourceDescribed;
import io.millrace.schema.logs.LogsCounted;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.function.SerializableFunction;

/**
 * What all services log. In: {@code logs.raw}, {@code log.sources}, {@code log.rules}, {@code
 * log.services}, {@code media.uploads}. Out: {@code log-ingestion.records}, {@code
 * log-ingestion.metrics}, {@code log-ingestion.alerts}, {@code log-ingestion.ledger}, {@code
 * log-ingestion.media}; live: {@code log-ingestion.live}; late: {@code log-ingestion.late};
 * rejects: {@code .dlq} of each input. Stores: OpenSearch, PostgreSQL. State: O(sources *
 * partitions + open windows * groups + media files).
 */
public final class LogIngestionJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "log-ingestion",
          LogIngestionJob.class,
          "What do all services log, and what of it is alarming?",
          List.of(
              Topics.LOGS_RAW,
              Topics.LOG_SOURCES,
              Topics.LOG_RULES,
              Topics.LOG_SERVICES,
              Topics.MEDIA_UPLOADS),
          List.of(
              Topics.LOG_INGESTION_RECORDS,
              Topics.LOG_INGESTION_METRICS,
              Topics.LOG_INGESTION_ALERTS,
              Topics.LOG_INGESTION_LEDGER,
              Topics.LOG_INGESTION_MEDIA,
              Topics.LOG_INGESTION_LATE,
              Topics.LOG_INGESTION_LIVE,
              Topics.LOGS_RAW_DLQ,
              Topics.LOG_SOURCES_DLQ,
              Topics.LOG_RULES_DLQ,
              Topics.LOG_SERVICES_DLQ,
              Topics.MEDIA_UPLOADS_DLQ),
          List.of(StoreAccess.OPENSEARCH, StoreAccess.POSTGRES),
          LogIngestionOptions.ALL);

  private LogIngestionJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, LogIngestionJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    LogSpec spec = LogIngestionOptions.spec(config);
    Recall recall = Recall.of(config);
    String job = config.get(KafkaOptions.JOB_NAME);
    DataStream<LogLine> lines =
        recall.isNone()
            ? lines(env, config, endpoints)
            : LogIngestion.inOrder(recall.lines(env, config), "archive-order");
    Ingest.Ingested<Tuple2<LogSourceDescribed, RecordOrigin>> sources =
        Ingest.withOrigin(env, config, endpoints, Topics.LOG_SOURCES, "sources");
    Ingest.Ingested<Tuple2<LogRuleSet, RecordOrigin>> rules =
        Ingest.withOrigin(env, config, endpoints, Topics.LOG_RULES, "rules");
    Ingest.Ingested<Tuple2<LogServiceDescribed, RecordOrigin>> services =
        Ingest.withOrigin(env, config, endpoints, Topics.LOG_SERVICES, "services");
    SingleOutputStreamOperator<LogNews> ofSources =
        news(
            sources.values(),
            new ToNews<>(LogIngestionJob::news, Rejection.OUT_OF_RANGE, job),
            "source-news");
    SingleOutputStreamOperator<LogNews> ofRules =
        news(
            rules.values(),
            new ToNews<>(LogIngestionJob::news, Rejection.INVALID_FILTER, job),
            "rule-news");
    SingleOutputStreamOperator<LogNews> ofServices =
        news(
            services.values(),
            new ToNews<>(LogIngestionJob::news, Rejection.OUT_OF_RANGE, job),
            "service-news");

    boolean bounded = config.get(KafkaOptions.BOUNDED);
    Ingested ingested =
        LogIngestion.of(
            lines,
            ofSources.union(ofRules, ofServices),
            spec,
            config.millis(KafkaOptions.MAX_OUT_OF_ORDERNESS),
            bounded ? 0 : config.millis(KafkaOptions.IDLE_TIMEOUT),
            "logs");
    if (!recall.isNone()) {
      bringBack(ingested, recall, config, endpoints);
      return;
    }
    if (ArchiveOptions.isGiven(config.configuration())) {
      archive(ingested.lines(), config);
    }
    DataStream<DeadLettered> refused =
        rows(
            ingested.refused(), new LogRows.ToDeadLetter(job), DeadLettered.class, "refused-lines");
    endpoints.publish(
        refused.union(publish(ingested, spec, config, endpoints)),
        Topics.LOGS_RAW_DLQ,
        "lines-dlq-sink");
    bury(endpoints, sources, ofSources, Topics.LOG_SOURCES_DLQ, "sources-dlq-sink");
    bury(endpoints, rules, ofRules, Topics.LOG_RULES_DLQ, "rules-dlq-sink");
    bury(endpoints, services, ofServices, Topics.LOG_SERVICES_DLQ, "services-dlq-sink");
    MediaCatalogue.build(env, config, endpoints);
  }

  private static DataStream<LogLine> lines(
      StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    return env.fromSource(
            endpoints.source(
                Topics.LOGS_RAW, new LineDeserializer(config.get(LogIngestionOptions.SOURCE, ""))),
            arrivals(config),
            Topics.LOGS_RAW.name())
        .uid("lines-source");
  }

  /** Writes the documents of some days again, and publishes only what OpenSearch refuses. */
  private static void bringBack(
      Ingested ingested, Recall recall, JobConfig config, Endpoints endpoints) {
    OpenSearchIndex index = LogDocuments.index(config.get(KafkaOptions.TOPIC_PREFIX));
    Set<String> names = new TreeSet<>();
    for (LocalDate day : recall.days()) {
      names.add(index.of(day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli()));
    }
    DataStream<LogRecorded> records =
        rows(ingested.indexed(), LogRows::record, LogRecorded.class, "records")
            .filter(new OfIndices(index, names))
            .uid("records-of-days")
            .name("Records of the days");
    endpoints.publish(
        endpoints.openSearch(
            records, LogRecorded.class, index, new LogDocuments(index), "opensearch-sink"),
        Topics.LOGS_RAW_DLQ,
        "lines-dlq-sink");
  }

  /** How far each partition is, by when its lines came in. Nothing in a bounded run needs that. */
  private static WatermarkStrategy<LogLine> arrivals(JobConfig config) {
    if (config.get(KafkaOptions.BOUNDED)) {
      return WatermarkStrategy.noWatermarks();
    }
    WatermarkStrategy<LogLine> arrivals =
        WatermarkStrategy.forBoundedOutOfOrderness(
            Duration.ofMillis(config.millis(KafkaOptions.MAX_OUT_OF_ORDERNESS)));
    long idleMillis = config.millis(KafkaOptions.IDLE_TIMEOUT);
    return idleMillis == 0 ? arrivals : arrivals.withIdleness(Duration.ofMillis(idleMillis));
  }

  /** Keeps every line as it came, before anything reads it. */
  private static void archive(DataStream<LogLine> lines, JobConfig config) {
    String name = config.get(KafkaOptions.TOPIC_PREFIX) + Topics.LOGS_RAW.name();
    ArchiveRow row = new ArchiveRow();
    lines
        .sinkTo(
            Archive.of(
                config.configuration(), name, LineArchived.class, row, row, LogLine::timestamp))
        .uid("archive-sink")
        .name("Archive " + name);
  }

  /** Publishes what came of it, and gives the rows that can't be. */
  private static DataStream<DeadLettered> publish(
      Ingested ingested, LogSpec spec, JobConfig config, Endpoints endpoints) {
    DataStream<LogsCounted> metrics =
        rows(ingested.levels(), LogRows::counted, LogsCounted.class, "metrics");
    DataStream<LogAlertRaised> alerts =
        rows(ingested.alerts(), LogRows::alert, LogAlertRaised.class, "alerts");
    DataStream<LinesAccounted> ledger =
        rows(ingested.counted(), LogRows::accounted, LinesAccounted.class, "ledger");
    DataStream<BoardRow> board =
        view(
                metrics,
                "levels",
                LogsCounted.class,
                row -> row.source() + " " + (row.level() == null ? "" : row.level()),
                LogsCounted::windowEnd,
                row -> true)
            .union(
                view(
                    alerts,
                    "alerts",
                    LogAlertRaised.class,
                    LogAlertRaised::alertId,
                    LogAlertRaised::windowEnd,
                    row -> row.state() == AlertState.FIRING),
                view(
                    ledger,
                    "sources",
                    LinesAccounted.class,
                    row -> row.source() + " " + row.partition(),
                    LinesAccounted::at,
                    row -> true));
    LiveLane.publish(
        LogIngestion.board(board, spec.byClock(), "board"),
        endpoints,
        Topics.LOG_INGESTION_LIVE,
        "live");
    DataStream<DeadLettered> refused =
        endpoints
            .publish(metrics, Topics.LOG_INGESTION_METRICS, "metrics-sink")
            .union(
                endpoints.publish(alerts, Topics.LOG_INGESTION_ALERTS, "alerts-sink"),
                endpoints.publish(ledger, Topics.LOG_INGESTION_LEDGER, "ledger-sink"),
                endpoints.publish(
                    rows(ingested.late(), new LateRecords(), LateArrived.class, "late"),
                    Topics.LOG_INGESTION_LATE,
                    "late-sink"));
    boolean publishes = config.get(LogIngestionOptions.PUBLISH_RECORDS);
    boolean indexes = StoreAccess.writes(config, StoreAccess.OPENSEARCH);
    if (!publishes && !indexes) {
      // Rows that nobody takes would still be made, one for each line.
      return refused;
    }
    DataStream<LogRecorded> records =
        rows(ingested.indexed(), LogRows::record, LogRecorded.class, "records");
    if (publishes) {
      DataStream<LogRecorded> filtered =
          rows(ingested.filtered(), LogRows::record, LogRecorded.class, "filtered-records");
      refused =
          refused.union(
              endpoints.publish(
                  records.union(filtered), Topics.LOG_INGESTION_RECORDS, "records-sink"));
    }
    if (!indexes) {
      return refused;
    }
    OpenSearchIndex index = LogDocuments.index(config.get(KafkaOptions.TOPIC_PREFIX));
    return refused.union(
        endpoints.openSearch(
            records, LogRecorded.class, index, new LogDocuments(index), "opensearch-sink"));
  }

  /** The news of a source that its lines can be read by. */
  private static LogNews news(LogSourceDescribed described) {
    LineSource source = LogRows.source(described);
    LineParser.of(source);
    return LogNews.of(source);
  }

  /** The news of a rule that has a filter. */
  private static LogNews news(LogRuleSet set) {
    LogRule rule = LogRows.rule(set);
    LineFilter.parse(rule.filter());
    return LogNews.of(rule);
  }

  private static LogNews news(LogServiceDescribed described) {
    return LogNews.of(LogRows.service(described));
  }

  private static <T extends Record> SingleOutputStreamOperator<LogNews> news(
      DataStream<Tuple2<T, RecordOrigin>> values, ToNews<T> toNews, String uid) {
    return values.process(toNews, TypeInformation.of(LogNews.class)).uid(uid).name("News");
  }

  private static <T> void bury(
      Endpoints endpoints,
      Ingest.Ingested<T> ingested,
      SingleOutputStreamOperator<LogNews> news,
      Topic<DeadLettered> topic,
      String uid) {
    endpoints.publish(
        ingested.deadLetters().union(news.getSideOutput(ToNews.DEAD_LETTER)), topic, uid);
  }

  private static <T extends Record> DataStream<BoardRow> view(
      DataStream<T> results,
      String view,
      Class<T> type,
      SerializableFunction<T, String> id,
      SerializableFunction<T, Long> at,
      SerializableFunction<T, Boolean> isThere) {
    return rows(
        results, new LogViews<>(view, type, id, at, isThere), BoardRow.class, view + "-view");
  }

  private static <I, O> SingleOutputStreamOperator<O> rows(
      DataStream<I> from, MapFunction<I, O> map, Class<O> type, String uid) {
    return from.map(map)
        .returns(TypeInformation.of(type))
        .uid(uid)
        .name("To " + type.getSimpleName());
  }
}
