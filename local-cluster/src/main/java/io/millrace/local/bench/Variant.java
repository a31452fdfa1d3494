package io.millrace.local.bench;

import java.util.List;
import java.util.stream.Stream;

/** One of the jobs that a benchmark compares. */
enum Variant {
  /** Bytes are read from Kafka and discarded. */
  RAW("raw"),
  /** They are decoded with Jackson's streaming parser and discarded. */
  FLOOR("floor"),
  /** They are decoded as every job does and discarded. */
  OWN("own"),
  /** As {@link #FLOOR}, with an exchange by key before they are discarded. */
  EXCHANGE("exchange"),
  /** Heavy hitters with its defaults, without stores. */
  HEAVY_HITTERS("heavy-hitters");

  private static final String FLOOR_JOB = "io.millrace.job.bench.FloorJob";
  private static final String HEAVY_HITTERS_JOB = "io.millrace.job.web.HeavyHittersJob";

  private final String code;

  Variant(String code) {
    this.code = code;
  }

  /** Its name for people. */
  String code() {
    return code;
  }

  /**
   * The variant of that name.
   *
   * @throws IllegalArgumentException where there is none
   */
  static Variant ofCode(String code) {
    return Stream.of(values())
        .filter(each -> each.code.equals(code))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no variant " + code));
  }

  /** The topics that it writes. */
  List<String> outputs() {
    return this == HEAVY_HITTERS ? RunCheck.OUTPUTS : List.of();
  }

  /** The class of the jobs jar that is run. */
  String mainClass() {
    return this == HEAVY_HITTERS ? HEAVY_HITTERS_JOB : FLOOR_JOB;
  }

  /** What the job is told beside where Kafka is. */
  List<String> arguments() {
    return this == HEAVY_HITTERS
        ? List.of("--stores", "none", "--create-topics", "true")
        : List.of("--variant", code);
  }
}
