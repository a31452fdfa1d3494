package io.millrace.operator.topk;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The harnesses that a test has opened, to be closed after it. */
final class OpenHarnesses implements AfterEachCallback {
  private final List<AbstractStreamOperatorTestHarness<?>> harnesses = new ArrayList<>();

  <H extends AbstractStreamOperatorTestHarness<?>> H add(H harness) {
    harness.getExecutionConfig().enableObjectReuse();
    harnesses.add(harness);
    return harness;
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    for (AbstractStreamOperatorTestHarness<?> harness : harnesses) {
      harness.close();
    }
    harnesses.clear();
  }
}
