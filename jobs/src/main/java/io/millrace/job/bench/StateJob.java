package io.millrace.job.bench;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.operator.writeback.WriteBack;
import io.millrace.operator.writeback.WriteBackSpec;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Counts by key and discards the counts: what a read and a write of keyed state cost. One task
 * makes the records and counts them, without an exchange. In: {@link KeyFile}. Out: nothing but the
 * accumulators of {@link Discard} and {@link BarrierClock}. State: a number for each distinct key.
 */
public final class StateJob {
  static final ConfigOption<String> KEYS =
      ConfigOptions.key("keys")
          .stringType()
          .noDefaultValue()
          .withDescription("File with the key of each record. A benchmark makes it.");

  static final ConfigOption<MemorySize> CACHE =
      ConfigOptions.key("cache")
          .memoryType()
          .noDefaultValue()
          .withDescription(
              "Memory for values at hand, which are written back; without it, state is plain.");

  static final ConfigOption<MemorySize> FILTER =
      ConfigOptions.key("filter")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(16))
          .withDescription("Memory for which keys there are, where state is written back.");

  static final JobDescription JOB =
      new JobDescription(
          "state",
          StateJob.class,
          "How fast are records counted by key?",
          List.of(),
          List.of(),
          List.of(),
          List.of(KEYS, CACHE, FILTER));

  private StateJob() {}

  /** Runs the job. */
  public static void main(String[] args) throws Exception {
    JobConfig config = JobConfig.parse(args, JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    build(env, config);
    env.execute(config.get(KafkaOptions.JOB_NAME));
  }

  static void build(StreamExecutionEnvironment env, JobConfig config) {
    env.setParallelism(1);
    DataStream<Long> keys =
        env.fromSource(
                KeySource.of(config.get(KEYS)),
                WatermarkStrategy.noWatermarks(),
                "keys",
                Types.LONG)
            .uid("keys-source")
            .transform("Barrier comes", Types.LONG, new BarrierClock(BarrierClock.Place.BEFORE))
            .uid("barrier-comes");
    // One task has all keys, so they come as an exchange would bring them.
    KeyedStream<Long, Long> byKey =
        DataStreamUtils.reinterpretAsKeyedStream(keys, key -> key, Types.LONG);
    Discard.all(
        count(byKey, config)
            .uid("count")
            .transform("Barrier goes", Types.LONG, new BarrierClock(BarrierClock.Place.AFTER))
            .uid("barrier-goes"),
        count -> count);
  }

  private static SingleOutputStreamOperator<Long> count(
      KeyedStream<Long, Long> byKey, JobConfig config) {
    MemorySize cache = config.get(CACHE);
    if (cache == null) {
      return byKey.process(new RunningCount(), Types.LONG);
    }
    WriteBackSpec spec =
        new WriteBackSpec(
            cache.getBytes(),
            config.get(FILTER).getBytes(),
            WriteBackSpec.DEFAULT.mostDirty(),
            WriteBackSpec.Timers.FLINK);
    return WriteBack.process(byKey, new RunningCount(), Types.LONG, spec, "count");
  }

  /** Sends of each record how often its key has come. */
  private static final class RunningCount extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long key, Context context, Collector<Long> out) throws Exception {
      Long before = count.value();
      long now = before == null ? 1 : before + 1;
      count.update(now);
      out.collect(now);
    }
  }
}
