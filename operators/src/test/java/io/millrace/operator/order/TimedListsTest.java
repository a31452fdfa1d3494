package io.millrace.operator.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.operators.KeyedProcessOperator;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.Collector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimedListsTest {
  private static final int TIMES = 5;

  /** Does to lists, each step, what it would do to lists in memory, and compares. */
  private static final class Steps extends KeyedProcessFunction<String, Integer, String> {
    private static final long serialVersionUID = 1L;

    private transient TimedLists<String> lists;
    private transient Map<Long, List<Tuple2<String, Integer>>> expected;
    private transient Random random;

    @Override
    public void open(OpenContext context) {
      lists = TimedLists.open(getRuntimeContext(), "items", Types.STRING);
      expected = new HashMap<>();
      random = new Random(11);
    }

    @Override
    public void processElement(Integer step, Context context, Collector<String> out)
        throws Exception {
      long at = random.nextInt(TIMES);
      List<Tuple2<String, Integer>> list =
          expected.computeIfAbsent(at, unused -> new ArrayList<>());
      int kind = random.nextInt(100);
      if (kind < 70) {
        String item = "item-" + step;
        list.add(Tuple2.of(item, lists.add(at, item)));
      } else if (kind < 98 && !list.isEmpty()) {
        Tuple2<String, Integer> item = list.remove(random.nextInt(list.size()));
        lists.remove(at, item.f1, item.f0);
        lists.remove(at, item.f1, item.f0);
      } else if (step % 7 == 0) {
        assertThat(lists.take(at)).isEqualTo(list.stream().map(each -> each.f0).toList());
        list.clear();
        out.collect("taken");
      }
      assertThat(lists.isEmpty()).isEqualTo(expected.values().stream().allMatch(List::isEmpty));
      if (step < 0) {
        for (long each = 0; each < TIMES; each++) {
          lists.take(each);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anySteps_areThoseOfListsInMemory(boolean onRocksDb) throws Exception {
    KeyedOneInputStreamOperatorTestHarness<String, Integer, String> harness =
        new KeyedOneInputStreamOperatorTestHarness<>(
            new KeyedProcessOperator<>(new Steps()), step -> "key", Types.STRING);
    if (onRocksDb) {
      harness.setStateBackend(new EmbeddedRocksDBStateBackend());
    }
    harness.open();
    for (int step = 0; step < 5_000; step++) {
      harness.processElement(step, 0);
    }
    assertThat(harness.extractOutputValues()).hasSizeGreaterThan(10);
    harness.processElement(-1, 0);
    if (!onRocksDb) {
      assertThat(harness.numKeyedStateEntries()).isZero();
    }
    harness.close();
  }
}
