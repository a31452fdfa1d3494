package io.millrace.operator.ratelimit;

import io.millrace.operator.ratelimit.RateLimitSpec.Coordination;
import io.millrace.operator.ratelimit.RuleBook.InForce;
import io.millrace.operator.writeback.MeasuredOperator;
import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.typeutils.TupleTypeInfo;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.api.operators.SimpleOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.types.Either;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Deciding by a token bucket a key: by the operator, and by a function that has the same limits in
 * a value state of RocksDB with a timer a key and window. One operator each, fed in this process, a
 * barrier every million requests. In turns.
 *
 * <p>Arguments: rounds, requests, keys; where one is missing, 3, 10000000, 5000000.
 */
@SuppressWarnings("try") // A harness declares that close may be interrupted.
final class LimitStateComparison {
  private static final int BARRIER_EVERY = 1_000_000;
  private static final int IN_A_MILLI = 100;
  private static final long START = 1_700_000_040_000L;
  private static final long USAGE_MILLIS = 60_000;
  private static final long FACTOR = 0x9E3779B97F4A7C15L;
  private static final RateRule RULE =
      new RateRule(
          "key",
          1,
          0,
          LimitDimension.API_KEY,
          null,
          null,
          RateAlgorithm.TOKEN_BUCKET,
          1_000,
          60_000,
          100,
          false,
          0,
          false);

  private LimitStateComparison() {}

  /** A request is its key; its time is the record's. */
  private static final class Fields implements RequestFields<Long> {
    private static final long serialVersionUID = 1L;

    private long at = START;

    @Override
    public String id(Long request) {
      return "";
    }

    @Override
    public long at(Long request) {
      return at;
    }

    @Override
    public @Nullable String key(Long request, LimitDimension dimension) {
      return Long.toHexString(request);
    }

    @Override
    public @Nullable String tier(Long request) {
      return null;
    }

    @Override
    public @Nullable String route(Long request) {
      return null;
    }

    @Override
    public long cost(Long request) {
      return 1;
    }
  }

  /** The same logic as its author would write it first. */
  private static final class Plain extends KeyedProcessFunction<String, Long, Verdict> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<byte[]> limits;
    private transient RuleBook book;
    private transient Decision decision;

    @Override
    public void open(OpenContext context) {
      limits =
          getRuntimeContext()
              .getState(
                  new ValueStateDescriptor<>(
                      "limits", PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO));
      book = new RuleBook();
      book.add(RULE);
      decision = new Decision();
    }

    @Override
    public void processElement(Long request, Context context, Collector<Verdict> out)
        throws Exception {
      byte[] bytes = limits.value();
      KeyLimits of = bytes == null ? new KeyLimits() : KeyLimits.of(bytes);
      long at = context.timestamp();
      InForce rules = book.at(at);
      decision.start(1);
      decision.add(of, rules.of(LimitDimension.API_KEY), at, null, null, book);
      boolean allowed = decision.decide();
      long window = at / USAGE_MILLIS * USAGE_MILLIS;
      if (!of.isCounting()) {
        context.timerService().registerEventTimeTimer(window + USAGE_MILLIS);
      }
      of.count(window, allowed ? 1 : 0, allowed ? 0 : 1, allowed ? 1 : 0);
      limits.update(of.toBytes());
      out.collect(decision.verdict("", at));
    }
  }

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
    int requests = args.length > 1 ? Integer.parseInt(args[1]) : 10_000_000;
    int keys = args.length > 2 ? Integer.parseInt(args[2]) : 5_000_000;
    long[] drawn = drawn(requests, keys);
    System.out.printf(
        Locale.ROOT,
        "%,d requests of %,d keys by Zipf 1.1, %,d of them distinct%n",
        requests,
        keys,
        Arrays.stream(drawn).distinct().count());
    double[] plain = new double[rounds];
    double[] ours = new double[rounds];
    for (int round = -1; round < rounds; round++) {
      double ofPlain = plain(drawn);
      double ofOurs = ours(drawn);
      if (round >= 0) {
        plain[round] = ofPlain;
        ours[round] = ofOurs;
      }
    }
    System.out.printf(
        Locale.ROOT,
        "plain RocksDB %.0f ns a request, the operator %.0f, %.2f times as fast (goal: 8)%n",
        MeasuredOperator.median(plain),
        MeasuredOperator.median(ours),
        MeasuredOperator.ratio(plain, ours));
    KeyLimits of = new KeyLimits();
    RuleBook book = new RuleBook();
    book.add(RULE);
    Decision decision = new Decision();
    decision.start(1);
    decision.add(of, book.at(START).of(LimitDimension.API_KEY), START, null, null, book);
    decision.decide();
    of.count(START, 1, 0, 1);
    System.out.printf("a key has %d bytes of state, without its name%n", of.toBytes().length);
  }

  private static long[] drawn(int requests, int keys) {
    SplittableRandom random = new SplittableRandom(1);
    double[] weights = new double[keys];
    double sum = 0;
    for (int rank = 0; rank < keys; rank++) {
      sum += Math.pow(rank + 1, -1.1);
      weights[rank] = sum;
    }
    long[] drawn = new long[requests];
    for (int i = 0; i < requests; i++) {
      int found = Arrays.binarySearch(weights, random.nextDouble() * sum);
      drawn[i] = (found >= 0 ? found : -found - 1) * FACTOR;
    }
    return drawn;
  }

  private static double plain(long[] drawn) throws Exception {
    try (var measured =
        new MeasuredOperator<String, Long, Verdict>(
            SimpleOperatorFactory.of(new KeyedProcessOperator<>(new Plain())),
            Long::toHexString,
            Types.STRING,
            MeasuredOperator.Beneath.ROCKSDB)) {
      StreamRecord<Long> record = new StreamRecord<>(null);
      long began = System.nanoTime();
      for (int i = 0; i < drawn.length; i++) {
        measured.harness().processElement(record.replace(drawn[i], START + i / IN_A_MILLI));
        if ((i + 1) % BARRIER_EVERY == 0) {
          measured.harness().prepareSnapshotPreBarrier(i);
          measured.harness().getOutput().clear();
        }
      }
      return (System.nanoTime() - began) / (double) drawn.length;
    }
  }

  private static double ours(long[] drawn) throws Exception {
    Fields fields = new Fields();
    RateLimitSpec spec =
        new RateLimitSpec(
            Coordination.EXACT,
            LimitDimension.API_KEY,
            false,
            100,
            0,
            USAGE_MILLIS,
            RateLimiter.STATE);
    OutputTag<Tuple2<Long, Long>> late =
        new OutputTag<>("late", new TupleTypeInfo<>(Types.LONG, Types.LONG));
    try (var measured =
        new MeasuredOperator<LimitKey, Either<Long, RuleCopy>, Verdict>(
            new RateLimitOperatorFactory<>(
                spec, fields, LongSerializer.INSTANCE, late, "bench-", "limits"),
            request -> LimitKey.ofGroup(0),
            LimitKey.TYPE,
            MeasuredOperator.Beneath.ROCKSDB)) {
      measured
          .harness()
          .processElement(new StreamRecord<>(Either.Right(new RuleCopy(0, RULE)), START));
      StreamRecord<Either<Long, RuleCopy>> record = new StreamRecord<>(null);
      long began = System.nanoTime();
      for (int i = 0; i < drawn.length; i++) {
        fields.at = START + i / IN_A_MILLI;
        measured.harness().processElement(record.replace(Either.Left(drawn[i]), fields.at));
        if ((i + 1) % BARRIER_EVERY == 0) {
          measured.harness().prepareSnapshotPreBarrier(i);
          measured.harness().getOutput().clear();
        }
      }
      return (System.nanoTime() - began) / (double) drawn.length;
    }
  }
}
