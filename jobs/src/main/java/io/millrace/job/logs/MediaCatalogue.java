package io.millrace.job.logs;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.lane.DeadLetters;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.JobConfig;
import io.millrace.job.StoreAccess;
import io.millrace.operator.dedup.LatestVersions;
import io.millrace.operator.dedup.Versions;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.Rejection;
import io.millrace.schema.codec.Stage;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.media.MediaCatalogued;
import io.millrace.schema.media.MediaUploaded;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * The part of log ingestion that keeps a catalogue of the media files that were uploaded. In:
 * {@code media.uploads}. Out: {@code log-ingestion.media}; rejects: {@code media.uploads.dlq}.
 * Store: PostgreSQL. State: O(files that were uploaded or changed within {@code media-horizon}).
 */
final class MediaCatalogue {
  private static final OutputTag<Tuple2<MediaUploaded, RecordOrigin>> CONFLICTING =
      new OutputTag<>(
          "conflicting",
          new TupleTypeInfo<>(
              TypeInformation.of(MediaUploaded.class), TypeInformation.of(RecordOrigin.class)));

  private MediaCatalogue() {}

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    Ingest.Ingested<Tuple2<MediaUploaded, RecordOrigin>> uploads =
        Ingest.withOrigin(env, config, endpoints, Topics.MEDIA_UPLOADS, "media");
    SingleOutputStreamOperator<Tuple2<MediaUploaded, RecordOrigin>> latest =
        LatestVersions.of(
            uploads.values(),
            new OfUploads(),
            LogIngestionOptions.mediaHorizonMillis(config),
            CONFLICTING,
            "media-versions");
    DataStream<MediaCatalogued> catalogued =
        latest
            .map(upload -> MediaRows.catalogued(upload.f0))
            .returns(TypeInformation.of(MediaCatalogued.class))
            .uid("media-rows")
            .name("To MediaCatalogued");
    DataStream<DeadLettered> refused =
        uploads
            .deadLetters()
            .union(
                latest
                    .getSideOutput(CONFLICTING)
                    .map(new ToDeadLetter(config.get(KafkaOptions.JOB_NAME)))
                    .returns(TypeInformation.of(DeadLettered.class))
                    .uid("media-conflicts")
                    .name("Refuse conflicting versions"),
                endpoints.publish(catalogued, Topics.LOG_INGESTION_MEDIA, "media-sink"));
    if (StoreAccess.writes(config, StoreAccess.POSTGRES)) {
      refused =
          refused.union(
              endpoints.postgres(
                  catalogued.keyBy(MediaCatalogued::mediaId),
                  MediaCatalogued.class,
                  MediaRows.FILES,
                  MediaRows.SCRIPT,
                  MediaRows::row,
                  "media-files-sink"));
    }
    endpoints.publish(refused, Topics.MEDIA_UPLOADS_DLQ, "media-dlq-sink");
  }

  /** Uploads as versions of files. Two say the same if their records are equal, however written. */
  private static final class OfUploads implements Versions<Tuple2<MediaUploaded, RecordOrigin>> {
    private static final long serialVersionUID = 1L;

    @Override
    public String id(Tuple2<MediaUploaded, RecordOrigin> upload) {
      return upload.f0.mediaId();
    }

    @Override
    public long number(Tuple2<MediaUploaded, RecordOrigin> upload) {
      return MediaRows.version(upload.f0);
    }

    @Override
    public String digest(Tuple2<MediaUploaded, RecordOrigin> upload) {
      return MediaRows.digest(upload.f0);
    }
  }

  /** Makes dead letters of versions that came before and said something else. */
  private record ToDeadLetter(String job)
      implements MapFunction<Tuple2<MediaUploaded, RecordOrigin>, DeadLettered> {
    @Override
    public DeadLettered map(Tuple2<MediaUploaded, RecordOrigin> upload) {
      return DeadLetters.confidential(
          job,
          Stage.VALIDATE,
          Rejection.CONFLICTING_VERSION,
          String.format(
              "version %d of media file \"%s\" said something else before; send a change under a"
                  + " greater version",
              MediaRows.version(upload.f0), upload.f0.mediaId()),
          upload.f1);
    }
  }
}
