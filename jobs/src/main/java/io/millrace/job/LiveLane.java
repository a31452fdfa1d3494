package io.millrace.job;

import io.millrace.connector.kafka.LiveUpdate;
import io.millrace.operator.live.LiveChange;
import io.millrace.operator.live.LiveViewFunction;
import io.millrace.operator.live.LiveViewSpec;
import io.millrace.operator.live.ViewContents;
import io.millrace.schema.Topic;
import io.millrace.schema.lane.LiveRow;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The live topic of a job: what a dashboard shows. */
public final class LiveLane {
  private LiveLane() {}

  /**
   * Publishes views to a live topic: changes at once, up to four a second, and all rows every ten
   * seconds.
   *
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static void publish(
      DataStream<ViewContents> views, Endpoints endpoints, Topic<LiveRow> topic, String uid) {
    DataStream<LiveUpdate> updates =
        views
            .keyBy(ViewContents::view)
            .process(
                new LiveViewFunction(LiveViewSpec.DEFAULT, uid),
                TypeInformation.of(LiveChange.class))
            .uid(uid)
            .name("Keep live views")
            .map(LiveLane::update)
            .returns(LiveUpdate.class)
            .uid(uid + "-rows")
            .name("Live row");
    endpoints.publishLive(updates, topic, uid + "-sink");
  }

  private static LiveUpdate update(LiveChange change) {
    LiveRow now =
        change.data() == null
            ? null
            : new LiveRow(
                change.view(),
                change.row(),
                change.version(),
                change.snapshotId(),
                change.at(),
                change.data());
    return new LiveUpdate(change.view(), change.row(), now);
  }
}
