package io.millrace.job;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.ChainingStrategy;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/**
 * {@link PlantedBug#FLUSH_SKIPPED}: makes an operator that is never told of a barrier, so that what
 * it would hand on before one stays in memory.
 *
 * @param real makes the operator
 */
record WithoutBarrierFlush<T>(StreamOperatorFactory<T> real) implements StreamOperatorFactory<T> {

  /** Plants it in the operator with that uid. */
  static void plant(StreamGraph graph, String uid) {
    StreamNode node =
        graph.getStreamNodes().stream()
            .filter(each -> uid.equals(each.getTransformationUID()))
            .findFirst()
            .orElseThrow();
    node.setOperatorFactory(new WithoutBarrierFlush<>(node.getOperatorFactory()));
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As Flink declares it.
  public <O extends StreamOperator<T>> O createStreamOperator(
      StreamOperatorParameters<T> parameters) {
    StreamOperator<T> operator = real.createStreamOperator(parameters);
    return (O)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {OneInputStreamOperator.class, BoundedOneInput.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("prepareSnapshotPreBarrier")) {
                return null;
              }
              try {
                return method.invoke(operator, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public ChainingStrategy getChainingStrategy() {
    return real.getChainingStrategy();
  }

  @Override
  public void setChainingStrategy(ChainingStrategy strategy) {
    real.setChainingStrategy(strategy);
  }

  @Override
  @SuppressWarnings("rawtypes") // As Flink declares it.
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
    return real.getStreamOperatorClass(classLoader);
  }
}
