package io.millrace.job;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.util.ratelimit.GatedRateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimitedSourceReader;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A source of which each task reads so many records between two checkpoints and no more: a short
 * input then lies across many checkpoints, however fast the machine.
 *
 * @param <T> its records
 * @param <S> its splits
 * @param <E> its enumerator's state
 */
record PacedSource<T, S extends SourceSplit, E>(Source<T, S, E> real, int recordsPerCheckpoint)
    implements Source<T, S, E>, ResultTypeQueryable<T> {
  @Override
  public SourceReader<T, S> createReader(SourceReaderContext context) throws Exception {
    return new RateLimitedSourceReader<>(
        real.createReader(context), new GatedRateLimiter<>(recordsPerCheckpoint));
  }

  @Override
  public Boundedness getBoundedness() {
    return real.getBoundedness();
  }

  @Override
  public SplitEnumerator<S, E> createEnumerator(SplitEnumeratorContext<S> context)
      throws Exception {
    return real.createEnumerator(context);
  }

  @Override
  public SplitEnumerator<S, E> restoreEnumerator(SplitEnumeratorContext<S> context, E state)
      throws Exception {
    return real.restoreEnumerator(context, state);
  }

  @Override
  public SimpleVersionedSerializer<S> getSplitSerializer() {
    return real.getSplitSerializer();
  }

  @Override
  public SimpleVersionedSerializer<E> getEnumeratorCheckpointSerializer() {
    return real.getEnumeratorCheckpointSerializer();
  }

  @Override
  @SuppressWarnings("unchecked") // A Kafka source always says what it produces.
  public TypeInformation<T> getProducedType() {
    return ((ResultTypeQueryable<T>) real).getProducedType();
  }
}
