package io.millrace.job.bench;

import io.millrace.connector.lane.DeadLetters;
import io.millrace.job.Endpoints;
import io.millrace.job.Ingest;
import io.millrace.job.Ingest.Ingested;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.operator.geo.Fence;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Position;
import io.millrace.operator.geo.Ring;
import io.millrace.operator.geo.Spot;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.schema.Topics;
import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionDelivered;
import io.millrace.schema.location.PositionReported;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * {@link MapStateFanout} from Kafka to Kafka, in the order of event times, read and written as by
 * every job. In: {@code location.updates}, {@code location.grants}. Out: {@code
 * location-fanout.deliveries}. State: O(grants).
 */
public final class MapStateFanoutJob {
  static final JobDescription JOB =
      new JobDescription(
          "map-state-fanout",
          MapStateFanoutJob.class,
          "How fast are positions fanned out with plain state?",
          List.of(Topics.LOCATION_UPDATES, Topics.LOCATION_GRANTS),
          List.of(Topics.LOCATION_FANOUT_DELIVERIES, Topics.LOCATION_UPDATES_DLQ),
          List.of(),
          List.of());

  private static final double MAX_SPEED = 340;

  private MapStateFanoutJob() {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, MapStateFanoutJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    Ingested<PositionReported> updates =
        Ingest.from(env, config, endpoints, Topics.LOCATION_UPDATES, "updates");
    Ingested<GrantChanged> grants =
        Ingest.from(env, config, endpoints, Topics.LOCATION_GRANTS, "grants");
    TypeInformation<OwnerEvent> event = TypeInformation.of(OwnerEvent.class);
    DataStream<PositionDelivered> delivered =
        updates
            .values()
            .map(MapStateFanoutJob::located)
            .returns(event)
            .uid("positions")
            .union(grants.values().map(MapStateFanoutJob::granted).returns(event).uid("changes"))
            .keyBy(OwnerEvent::ownerId, Types.STRING)
            .process(new MapStateFanout(MAX_SPEED, true), TypeInformation.of(ViewerEvent.class))
            .uid("map-state")
            .flatMap(MapStateFanoutJob::deliver)
            .returns(TypeInformation.of(PositionDelivered.class))
            .uid("deliveries");
    endpoints.publish(
        endpoints
            .publish(delivered, Topics.LOCATION_FANOUT_DELIVERIES, "deliveries-sink")
            .union(updates.deadLetters(), grants.deadLetters())
            .map(DeadLetters::confidential)
            .uid("confidential"),
        Topics.LOCATION_UPDATES_DLQ,
        "dlq-sink");
  }

  private static OwnerEvent located(PositionReported report) {
    return OwnerEvent.located(
        report.userId(),
        new Position(
            report.updateId() == null ? "" : report.updateId(),
            report.at(),
            report.latitude(),
            report.longitude(),
            report.accuracyMeters(),
            report.speed(),
            report.bearing(),
            report.batteryPercent(),
            ""));
  }

  private static OwnerEvent granted(GrantChanged change) {
    Grant grant =
        new Grant(
            change.grantId(),
            change.viewerId(),
            change.at(),
            change.expiresAt() == null ? Grant.NEVER : change.expiresAt(),
            fence(change.fence()),
            change.precisionMeters() == null ? 0 : change.precisionMeters());
    return change.action() == GrantAction.GRANT
        ? OwnerEvent.granted(change.ownerId(), grant)
        : OwnerEvent.revoked(change.ownerId(), grant);
  }

  private static @Nullable Fence fence(@Nullable FenceOutline outline) {
    if (outline == null) {
      return null;
    }
    Fence fence =
        outline.type() == FenceType.CIRCLE
            ? Fence.circle(
                orZero(outline.latitude()),
                orZero(outline.longitude()),
                orZero(outline.radiusMeters()))
            : Fence.polygon(outline.points().stream().map(Ring::of).toArray(Ring[]::new));
    return outline.mode() == FenceMode.OUTSIDE ? fence.reversed() : fence;
  }

  private static double orZero(@Nullable Double value) {
    return value == null ? 0 : value;
  }

  private static void deliver(ViewerEvent event, Collector<PositionDelivered> out) {
    Spot spot = event.spot();
    if (spot != null) {
      out.collect(
          new PositionDelivered(
              event.at()
                  + ":"
                  + event.ownerId().length()
                  + ":"
                  + event.ownerId()
                  + ":"
                  + event.viewerId(),
              event.grantId(),
              event.ownerId(),
              event.viewerId(),
              event.at(),
              spot.latitude(),
              spot.longitude(),
              spot.accuracyMeters()));
    }
  }
}
