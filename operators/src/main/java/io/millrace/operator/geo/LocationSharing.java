package io.millrace.operator.geo;

import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.function.BiFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Tells viewers where owners are, as far as their grants allow it. What goes to one viewer of an
 * owner comes from one of the two streams, in order, for as long as the viewer has a grant.
 *
 * @param owners what viewers of an owner's first page get to know, with the side outputs of {@link
 *     OwnerFunction}; of nearly all owners these are all
 * @param audience what viewers of the other pages get to know
 */
public record LocationSharing(
    SingleOutputStreamOperator<ViewerEvent> owners,
    SingleOutputStreamOperator<ViewerEvent> audience) {
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
    SingleOutputStreamOperator<ViewerEvent> owners =
        WriteBack.process(
                events,
                new OwnerFunction(spec),
                ViewerEvent.STREAM_TYPE,
                STATE,
                "Order what happens to owners")
            .uid("owners");
    SingleOutputStreamOperator<ViewerEvent> audience =
        WriteBack.process(
                owners.getSideOutput(OwnerFunction.PAGES).keyBy(ShareStep::key),
                new AudienceFunction(),
                ViewerEvent.STREAM_TYPE,
                STATE,
                "Tell viewers")
            .uid("audience");
    return new LocationSharing(owners, audience);
  }

  /**
   * What viewers get to know, as one stream. Whatever follows it is a task of its own; {@link
   * #each} is cheaper.
   */
  public DataStream<ViewerEvent> told() {
    return owners.union(audience);
  }

  /**
   * Adds the same to what viewers of first pages and of other pages get to know, in the tasks in
   * which that is made.
   *
   * @param add given a stream and a prefix of uids, empty for first pages
   * @return what it adds to both, as one stream
   */
  public <T> DataStream<T> each(BiFunction<DataStream<ViewerEvent>, String, DataStream<T>> add) {
    return add.apply(owners, "").union(add.apply(audience, "audience-"));
  }

  /**
   * Passes what happens to owners on to {@link #of}, and tells it when the input ends: what is due
   * until the largest time of all inputs that are told so happens, and nothing more. Of a bounded
   * input alone.
   *
   * @param uid of the operator, unique in the job
   */
  public static DataStream<OwnerEvent> untilEnd(DataStream<OwnerEvent> events, String uid) {
    return events.transform("Tell the end", OwnerEvent.STREAM_TYPE, new EndTimeOperator()).uid(uid);
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
