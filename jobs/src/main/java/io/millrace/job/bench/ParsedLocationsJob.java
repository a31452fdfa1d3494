package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.job.JobOptions;
import io.millrace.operator.geo.LocationSharing;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.ShareSpec;
import io.millrace.operator.geo.Spot;
import io.millrace.operator.geo.ViewerEvent;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Fans positions out that are made in the process, and discards what viewers are told: what
 * deciding and delivering costs without Kafka. In: {@link LocationFeed}. Out: nothing but the
 * accumulators of {@link Discard}. State: O(grants).
 */
public final class ParsedLocationsJob {
  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.OPERATORS)
          .withDescription("What fans out.");

  static final JobDescription JOB =
      new JobDescription(
          "parsed-locations",
          ParsedLocationsJob.class,
          "How fast are positions fanned out?",
          List.of(),
          List.of(),
          List.of(),
          List.of(VARIANT, LocationFeed.ROWS));

  private static final double MAX_SPEED = 340;

  private ParsedLocationsJob() {}

  /** What fans out. */
  enum Variant {
    /** The operators of location fan-out that tell viewers. */
    OPERATORS,
    /** {@link MapStateFanout}. */
    MAP_STATE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    KeyedStream<OwnerEvent, String> owners =
        LocationFeed.read(env, config.get(LocationFeed.ROWS))
            .keyBy(OwnerEvent::ownerId, Types.STRING);
    boolean inEventTime = JobOptions.order(config) == JobOptions.Order.EVENT_TIME;
    if (config.get(VARIANT) == Variant.MAP_STATE) {
      Discard.all(
          owners
              .process(new MapStateFanout(MAX_SPEED, inEventTime), ViewerEvent.STREAM_TYPE)
              .uid("map-state")
              .name("Fan out"),
          ParsedLocationsJob::checksum);
      return;
    }
    LocationSharing sharing =
        LocationSharing.of(owners, new ShareSpec(MAX_SPEED, 0, inEventTime, false));
    Discard.all(deliveries(sharing.owners(), ""), ParsedLocationsJob::checksum);
    Discard.others(
        deliveries(sharing.audience(), "audience-"),
        ParsedLocationsJob::checksum,
        "audience-discard");
  }

  private static DataStream<ViewerEvent> deliveries(DataStream<ViewerEvent> told, String prefix) {
    return told.filter(event -> event.spot() != null).uid(prefix + "deliveries").name("Deliveries");
  }

  /** A number in which all that a viewer is told takes part. */
  static long checksum(ViewerEvent event) {
    Spot spot = event.spot();
    return spot == null
        ? 0
        : (event.viewerId().hashCode() * 31L + event.grantId().hashCode()) * 31
            + event.at()
            + Double.doubleToLongBits(spot.latitude())
            + 31 * Double.doubleToLongBits(spot.longitude());
  }
}
