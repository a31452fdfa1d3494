package io.millrace.job.location;

import io.millrace.connector.cassandra.CassandraTable;
import io.millrace.connector.cassandra.LocationHistory;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.connector.lane.DeadLetters;
import io.millrace.connector.lane.RecordOrigin;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.Ingest.Ingested;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.job.LiveLane;
import io.millrace.job.StoreAccess;
import io.millrace.job.ToLateArrived;
import io.millrace.operator.geo.LocationSharing;
import io.millrace.operator.geo.NearbyAnswer;
import io.millrace.operator.geo.NearbyRequest;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.OwnerFunction;
import io.millrace.operator.geo.ShareSpec;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.operator.geo.ViewerFunction;
import io.millrace.operator.geo.ViewerInput;
import io.millrace.operator.order.Unawaited;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.lane.DeadLettered;
import io.millrace.schema.lane.LateArrived;
import io.millrace.schema.location.FencePassed;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.NearbyAsked;
import io.millrace.schema.location.NearbyFound;
import io.millrace.schema.location.PlaceDrawn;
import io.millrace.schema.location.PositionDelivered;
import io.millrace.schema.location.PositionReported;
import java.util.List;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Who may see where a user is. In: {@code location.updates}, {@code location.grants}, {@code
 * location.fences}, {@code location.nearby-requests}. Out: {@code location-fanout.deliveries},
 * {@code location-fanout.fence-events}, {@code location-fanout.nearby}; live: {@code
 * location-fanout.live}; late: {@code location-fanout.late}; rejects: {@code .dlq} of each input;
 * Redis: {@code positions:<viewerId>}; Cassandra: {@code location_history}. State: O(grants +
 * places + owners of the last day).
 */
public final class LocationFanoutJob {
  /** What it is, for its users. */
  public static final JobDescription JOB =
      new JobDescription(
          "location-fanout",
          LocationFanoutJob.class,
          "Who may see where a user is, and where was that?",
          List.of(
              Topics.LOCATION_UPDATES,
              Topics.LOCATION_GRANTS,
              Topics.LOCATION_FENCES,
              Topics.LOCATION_NEARBY_REQUESTS),
          List.of(
              Topics.LOCATION_FANOUT_DELIVERIES,
              Topics.LOCATION_FANOUT_FENCE_EVENTS,
              Topics.LOCATION_FANOUT_NEARBY,
              Topics.LOCATION_FANOUT_LATE,
              Topics.LOCATION_FANOUT_LIVE,
              Topics.LOCATION_UPDATES_DLQ,
              Topics.LOCATION_GRANTS_DLQ,
              Topics.LOCATION_FENCES_DLQ,
              Topics.LOCATION_NEARBY_REQUESTS_DLQ),
          List.of(StoreAccess.REDIS, StoreAccess.CASSANDRA),
          LocationFanoutOptions.ALL);

  private LocationFanoutJob() {}

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, LocationFanoutJob::build);
  }

  /** What Redis holds of what a viewer gets to know. */
  public static RedisWrite sighting(ViewerEvent event) {
    return LocationRows.sighting(event);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    ShareSpec spec = LocationFanoutOptions.spec(config);
    Ingested<Tuple2<PositionReported, RecordOrigin>> updates =
        Ingest.withOrigin(env, config, endpoints, Topics.LOCATION_UPDATES, "updates");
    Ingested<GrantChanged> grants =
        Ingest.from(env, config, endpoints, Topics.LOCATION_GRANTS, "grants");
    Ingested<PlaceDrawn> places =
        Ingest.from(env, config, endpoints, Topics.LOCATION_FENCES, "places");
    Ingested<NearbyAsked> questions =
        Ingest.from(env, config, endpoints, Topics.LOCATION_NEARBY_REQUESTS, "questions");

    DataStream<OwnerEvent> positions =
        events(updates.values(), LocationRows::located, spec, "positions");
    DataStream<OwnerEvent> changes =
        events(grants.values(), LocationRows::granted, spec, "changes");
    DataStream<OwnerEvent> drawings =
        events(places.values(), LocationRows::placed, spec, "drawings");
    DataStream<OwnerEvent> happening =
        positions.union(
            awaited(changes, spec, "unawaited-grants"),
            awaited(drawings, spec, "unawaited-places"));
    if (!spec.byClock()) {
      DataStream<OwnerEvent> times =
          events(questions.values(), LocationRows::time, spec, "question-times");
      happening = happening.union(awaited(times, spec, "unawaited-times"));
    }
    LocationSharing sharing = LocationSharing.of(happening.keyBy(OwnerEvent::ownerId), spec);
    SingleOutputStreamOperator<ViewerEvent> steps = sharing.owners();
    SingleOutputStreamOperator<NearbyAnswer> viewers = viewers(sharing, questions.values(), spec);

    DataStream<DeadLettered> refused =
        updates
            .deadLetters()
            .union(impossible(steps, config, spec), results(sharing, viewers, endpoints));
    if (StoreAccess.writes(config, StoreAccess.REDIS)) {
      refused =
          refused.union(
              endpoints.redis(
                  viewers.getSideOutput(ViewerFunction.CHANGED),
                  ViewerEvent.class,
                  LocationFanoutJob::sighting,
                  "positions:<viewerId>",
                  "redis-sink"));
    }
    if (StoreAccess.writes(config, StoreAccess.CASSANDRA)) {
      refused = refused.union(history(steps, config, endpoints));
    }
    bury(refused, endpoints, Topics.LOCATION_UPDATES_DLQ, "updates");
    bury(grants.deadLetters(), endpoints, Topics.LOCATION_GRANTS_DLQ, "grants");
    bury(places.deadLetters(), endpoints, Topics.LOCATION_FENCES_DLQ, "places");
    bury(questions.deadLetters(), endpoints, Topics.LOCATION_NEARBY_REQUESTS_DLQ, "questions");
    LiveLane.publish(
        viewers
            .getSideOutput(ViewerFunction.MAPS)
            .map(new LocationViews())
            .uid("live-contents")
            .name("Map of viewer to live view"),
        endpoints,
        Topics.LOCATION_FANOUT_LIVE,
        "live");
  }

  private static <I, O> SingleOutputStreamOperator<O> rows(
      DataStream<I> from, MapFunction<I, O> map, Class<O> type, String uid) {
    return rows(from, map, TypeInformation.of(type), uid);
  }

  private static <I, O> SingleOutputStreamOperator<O> rows(
      DataStream<I> from, MapFunction<I, O> map, TypeInformation<O> type, String uid) {
    return from.map(map).returns(type).uid(uid).name("To " + type.getTypeClass().getSimpleName());
  }

  /** What happens to owners; of a bounded input, its end too. */
  private static <I> DataStream<OwnerEvent> events(
      DataStream<I> from, MapFunction<I, OwnerEvent> map, ShareSpec spec, String uid) {
    DataStream<OwnerEvent> events = rows(from, map, OwnerEvent.STREAM_TYPE, uid);
    return spec.byClock() ? events : LocationSharing.untilEnd(events, uid + "-end");
  }

  /** The stream, for which others wait only where the order of times counts. */
  private static <T> DataStream<T> awaited(DataStream<T> events, ShareSpec spec, String uid) {
    return spec.inEventTime() ? events : Unawaited.of(events, uid);
  }

  private static SingleOutputStreamOperator<NearbyAnswer> viewers(
      LocationSharing sharing, DataStream<NearbyAsked> questions, ShareSpec spec) {
    DataStream<ViewerInput> asked =
        rows(
            questions,
            question -> ViewerInput.question(LocationRows.asked(question)),
            ViewerInput.STREAM_TYPE,
            "requests");
    return LocationSharing.keep(
        sharing
            .each(
                (told, prefix) ->
                    rows(told, ViewerInput::news, ViewerInput.STREAM_TYPE, prefix + "news"))
            .union(awaited(asked, spec, "unawaited-questions"))
            .keyBy(ViewerInput::viewerId),
        spec,
        "viewers");
  }

  private static DataStream<DeadLettered> impossible(
      SingleOutputStreamOperator<ViewerEvent> steps, JobConfig config, ShareSpec spec) {
    return rows(
        steps.getSideOutput(OwnerFunction.IMPOSSIBLE),
        new LocationRows.ImpossibleSpeed(config.get(KafkaOptions.JOB_NAME), spec.maxSpeed()),
        DeadLettered.class,
        "impossible");
  }

  /** Publishes all results, and gives the rows that can't be. */
  private static DataStream<DeadLettered> results(
      LocationSharing sharing,
      SingleOutputStreamOperator<NearbyAnswer> viewers,
      Endpoints endpoints) {
    SingleOutputStreamOperator<ViewerEvent> steps = sharing.owners();
    DataStream<FencePassed> passed =
        rows(
            steps.getSideOutput(OwnerFunction.AT_PLACES),
            LocationRows::passed,
            FencePassed.class,
            "passed");
    DataStream<NearbyFound> found = rows(viewers, LocationRows::found, NearbyFound.class, "found");
    DataStream<LateArrived> late =
        rows(
            steps.getSideOutput(OwnerFunction.LATE),
            new LateLocations(),
            LateArrived.class,
            "late");
    DataStream<Tuple2<NearbyAsked, Long>> lateQuestions =
        viewers
            .getSideOutput(ViewerFunction.LATE)
            .map(LocationFanoutJob::question)
            .returns(new TupleTypeInfo<>(TypeInformation.of(NearbyAsked.class), Types.LONG))
            .uid("late-asked")
            .name("To NearbyAsked");
    return endpoints
        .publish(
            deliveries(sharing.owners(), ""),
            deliveries(sharing.audience(), "audience-"),
            Topics.LOCATION_FANOUT_DELIVERIES,
            "deliveries-sink")
        .union(
            endpoints.publish(passed, Topics.LOCATION_FANOUT_FENCE_EVENTS, "passed-sink"),
            endpoints.publish(found, Topics.LOCATION_FANOUT_NEARBY, "found-sink"),
            endpoints.publish(
                late.union(
                    rows(
                        lateQuestions,
                        new ToLateArrived<>(Topics.LOCATION_NEARBY_REQUESTS),
                        LateArrived.class,
                        "late-questions")),
                Topics.LOCATION_FANOUT_LATE,
                "late-sink"));
  }

  private static DataStream<PositionDelivered> deliveries(
      DataStream<ViewerEvent> told, String prefix) {
    return told.flatMap(LocationRows::delivered)
        .returns(TypeInformation.of(PositionDelivered.class))
        .uid(prefix + "deliveries")
        .name("To PositionDelivered");
  }

  private static Tuple2<NearbyAsked, Long> question(Tuple2<NearbyRequest, Long> late) {
    return Tuple2.of(LocationRows.asked(late.f0), late.f1);
  }

  /** Writes every position that was accepted, and gives those that are refused. */
  private static DataStream<DeadLettered> history(
      SingleOutputStreamOperator<ViewerEvent> steps, JobConfig config, Endpoints endpoints) {
    CassandraTable table = LocationHistory.table(config.configuration());
    return endpoints.cassandra(
        rows(
            steps.getSideOutput(OwnerFunction.ACCEPTED),
            LocationRows::accepted,
            PositionReported.class,
            "accepted"),
        PositionReported.class,
        table,
        LocationHistory.rows(table),
        "cassandra-sink");
  }

  /** Publishes dead letters without what they tell of where someone was. */
  private static void bury(
      DataStream<DeadLettered> letters,
      Endpoints endpoints,
      Topic<DeadLettered> topic,
      String uid) {
    endpoints.publish(
        rows(letters, DeadLetters::confidential, DeadLettered.class, uid + "-confidential"),
        topic,
        uid + "-dlq-sink");
  }
}
