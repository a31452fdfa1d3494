package io.millrace.job.logs;

import io.millrace.connector.opensearch.OpenSearchIndex;
import io.millrace.schema.logs.LogRecorded;
import java.util.Set;
import org.apache.flink.api.common.functions.FilterFunction;

/** Lets the records of some indices pass. */
record OfIndices(OpenSearchIndex index, Set<String> names) implements FilterFunction<LogRecorded> {
  /** Copies the names. */
  OfIndices {
    names = Set.copyOf(names);
  }

  @Override
  public boolean filter(LogRecorded record) {
    return names.contains(index.of(record.at()));
  }
}
