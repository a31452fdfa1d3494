package io.millrace.local.bench;

import java.nio.file.Path;
import java.util.List;

/** One of the programs that read a topic. */
interface TopicVariant extends Variant {
  /** The topics that it writes, that of its result first. */
  List<String> outputs();

  /** The class of the jobs jar that is run. */
  String mainClass();

  /**
   * What the job is told beside where Kafka is.
   *
   * @param directory of the benchmark
   */
  List<String> arguments(Path directory);
}
