package io.millrace.operator.ratelimit;

import io.millrace.operator.state.KeyGroupKeys;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.UUID;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.EitherTypeInfo;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/**
 * Decides about requests by rules on how many may come in a time: all the rules of a request admit
 * it and take its cost, or none takes anything. Rules may change at any time, each version applies
 * from its own time on.
 *
 * <p>Under {@link RateLimitSpec.Coordination#EXACT} one task decides about everything, in event
 * time in the order of times and ids. Under {@link RateLimitSpec.Coordination#LEASES} each task
 * decides about the requests of its domains. Limits on the domain are exact. Of limits that span
 * domains the task leases, for an epoch at a time, what its requests need: a task for each such key
 * grants, in the order of the milliseconds that leases are for, never more than the rule admits.
 * What is not used, since another rule refused, goes back before the next epoch is granted.
 *
 * <p><b>Error</b>: none under EXACT. Under LEASES no limit is ever exceeded; what is leased and not
 * used is lost for the rest of its epoch. <b>Order</b>: not sensitive in event time. <b>Replay</b>:
 * exact under Flink's checkpoints, which must be aligned under LEASES.
 *
 * <p><b>Source</b>: leases as in Gray, Cheriton, "Leases", SOSP 1989.
 */
public final class RateLimiter {
  /** How keys were used. */
  static final OutputTag<KeyUsage> USED =
      new OutputTag<>("used", TypeInformation.of(KeyUsage.class));

  private static final TypeInformation<Tuple2<Integer, byte[]>> PIECE =
      new TupleTypeInfo<>(Types.INT, PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO);

  /** What tasks that lease send. */
  static final OutputTag<Tuple2<Integer, byte[]>> LEASES = new OutputTag<>("leases", PIECE);

  /** Memory for what keys have left: as {@link WriteBackSpec#DEFAULT}, and 65,536 keys at hand. */
  public static final WriteBackSpec STATE = WriteBackSpec.DEFAULT.withObjects(1 << 16);

  /** A task waits for its grants, so they are not kept back until a buffer is full. */
  private static final long AT_ONCE = 0;

  private RateLimiter() {}

  /**
   * What comes of requests.
   *
   * @param verdicts one for each request that was not late
   * @param usage how each key was used that a rule limits, once a window
   * @param late requests behind the watermark, which in event time get no verdict, and the
   *     watermark
   */
  public record Limited<T>(
      DataStream<Verdict> verdicts, DataStream<KeyUsage> usage, DataStream<Tuple2<T, Long>> late) {}

  /**
   * Limits requests.
   *
   * @param requests with event times and watermarks
   * @param rules in event time with watermarks: requests wait for rules that may still come
   * @param uid prefix of the operators' uids, unique in the job
   */
  public static <T> Limited<T> limit(
      DataStream<T> requests,
      RequestFields<T> fields,
      DataStream<RateRule> rules,
      RateLimitSpec spec,
      String uid) {
    TypeInformation<T> type = requests.getType();
    OutputTag<Tuple2<T, Long>> late =
        new OutputTag<>("late", new TupleTypeInfo<>(type, Types.LONG));
    DataStream<RuleCopy> copies =
        rules
            .flatMap(new Copies())
            .returns(TypeInformation.of(RuleCopy.class))
            .uid(uid + "-rule-copies")
            .name("Rules to all tasks");
    String channels = uid + "-" + UUID.randomUUID() + "-";
    SingleOutputStreamOperator<Verdict> verdicts =
        joined(requests, type, copies, uid + "-requests", false)
            .keyBy(new GroupOf<>(fields, spec), LimitKey.TYPE)
            .transform(
                "Decide on requests",
                TypeInformation.of(Verdict.class),
                new RateLimitOperatorFactory<>(
                    spec,
                    fields,
                    type.createSerializer(
                        requests.getExecutionEnvironment().getConfig().getSerializerConfig()),
                    late,
                    channels,
                    uid))
            .uid(uid);
    DataStream<KeyUsage> usage = verdicts.getSideOutput(USED);
    if (spec.leases()) {
      usage = usage.union(leases(verdicts, copies, spec, channels, uid));
    } else {
      verdicts.setParallelism(1);
    }
    return new Limited<>(verdicts, usage, verdicts.getSideOutput(late));
  }

  /** Adds who grants leases, and the way back to who asked for them. */
  private static DataStream<KeyUsage> leases(
      SingleOutputStreamOperator<Verdict> verdicts,
      DataStream<RuleCopy> copies,
      RateLimitSpec spec,
      String channels,
      String uid) {
    SingleOutputStreamOperator<Tuple2<Integer, byte[]>> granted =
        joined(verdicts.getSideOutput(LEASES), PIECE, copies, uid + "-demands", true)
            .keyBy(RateLimiter::group, LimitKey.TYPE)
            .transform("Grant leases", PIECE, new LeaseOperator(spec, uid + "-leases"))
            .uid(uid + "-leases");
    SingleOutputStreamOperator<Integer> returned =
        granted
            .keyBy(piece -> LimitKey.ofGroup(piece.f0), LimitKey.TYPE)
            .transform("Return leases", Types.INT, new GrantReturnOperator(channels))
            .uid(uid + "-returned");
    granted.setBufferTimeout(AT_ONCE);
    verdicts.getTransformation().setCoLocationGroupKey(channels);
    returned.getTransformation().setCoLocationGroupKey(channels);
    // An operator of its own, so that rows of use don't leave one by one as grants do.
    return granted
        .getSideOutput(USED)
        .map(usage -> usage)
        .returns(KeyUsage.class)
        .uid(uid + "-leases-usage")
        .name("Use of leased limits");
  }

  private static LimitKey group(Either<Tuple2<Integer, byte[]>, RuleCopy> piece) {
    return LimitKey.ofGroup(piece.isLeft() ? piece.left().f0 : piece.right().group());
  }

  private static <T> DataStream<Either<T, RuleCopy>> joined(
      DataStream<T> values,
      TypeInformation<T> type,
      DataStream<RuleCopy> copies,
      String uid,
      boolean atOnce) {
    EitherTypeInfo<T, RuleCopy> joined =
        new EitherTypeInfo<>(type, TypeInformation.of(RuleCopy.class));
    SingleOutputStreamOperator<Either<T, RuleCopy>> wrapped =
        values.map(Either::<T, RuleCopy>Left).returns(joined).uid(uid).name("Request or rule");
    if (atOnce) {
      wrapped.setBufferTimeout(AT_ONCE);
    }
    return wrapped.union(
        copies
            .map(Either::<T, RuleCopy>Right)
            .returns(joined)
            .uid(uid + "-rules")
            .name("Request or rule"));
  }

  /** Copies a rule for each group of keys. */
  private static final class Copies implements FlatMapFunction<RateRule, RuleCopy> {
    private static final long serialVersionUID = 1L;

    @Override
    public void flatMap(RateRule rule, Collector<RuleCopy> out) {
      for (int index = 0; index < KeyGroupKeys.COUNT; index++) {
        out.collect(new RuleCopy(KeyGroupKeys.at(index), rule));
      }
    }
  }

  /** Tells which group decides about a request, or gets a rule. */
  private static final class GroupOf<T> implements KeySelector<Either<T, RuleCopy>, LimitKey> {
    private static final long serialVersionUID = 1L;

    private final RequestFields<T> fields;
    private final RateLimitSpec spec;

    private GroupOf(RequestFields<T> fields, RateLimitSpec spec) {
      this.fields = fields;
      this.spec = spec;
    }

    @Override
    public LimitKey getKey(Either<T, RuleCopy> element) {
      return LimitKey.ofGroup(
          element.isLeft()
              ? RateLimitOperator.group(element.left(), fields, spec)
              : element.right().group());
    }
  }
}
