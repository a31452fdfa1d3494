package io.millrace.operator.geo;

import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Tells viewers where owners are, as far as their grants allow it.
 *
 * @param owners what was decided about each owner, with the side outputs of {@link OwnerFunction}
 * @param told what viewers get to know, in order for each owner and viewer
 */
public record LocationSharing(
    SingleOutputStreamOperator<ViewerEvent> owners, DataStream<ViewerEvent> told) {
  /** Owners and pages whose state is kept as objects, of each task. */
  private static final int MOST_OBJECTS = 1 << 16;

  static final WriteBackSpec STATE =
      WriteBackSpec.DEFAULT.withObjects(MOST_OBJECTS).with(WriteBackSpec.Timers.BUCKETED);

  /**
   * Adds the operators, {@code owners} and {@code audience} by their uids.
   *
   * @param events what happens to owners, by {@link OwnerEvent#ownerId}
   */
  public static LocationSharing of(KeyedStream<OwnerEvent, String> events, ShareSpec spec) {
    TypeInformation<ViewerEvent> type = TypeInformation.of(ViewerEvent.class);
    SingleOutputStreamOperator<ViewerEvent> owners =
        WriteBack.process(
                events, new OwnerFunction(spec), type, STATE, "Order what happens to owners")
            .uid("owners");
    DataStream<ViewerEvent> others =
        WriteBack.process(
                owners.getSideOutput(OwnerFunction.PAGES).keyBy(ShareStep::key),
                new AudienceFunction(),
                type,
                STATE,
                "Tell viewers")
            .uid("audience");
    return new LocationSharing(owners, owners.union(others));
  }

  /**
   * Keeps what viewers see, and answers their questions.
   *
   * @param inputs what viewers get to know and what they ask, by {@link ViewerInput#viewerId}
   * @param uid of the operator, unique in the job
   */
  public static SingleOutputStreamOperator<NearbyAnswer> keep(
      KeyedStream<ViewerInput, String> inputs, ShareSpec spec, String uid) {
    return WriteBack.process(
            inputs,
            new ViewerFunction(spec),
            TypeInformation.of(NearbyAnswer.class),
            STATE,
            "Keep what viewers see")
        .uid(uid);
  }
}
