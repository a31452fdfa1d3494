package io.millrace.local.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A set of jobs that are measured against {@link Variant#FLOOR} in the same rounds. */
public enum Benchmark {
  /** What reading costs: bytes alone, with our decoder, with an exchange. */
  FLOOR("floor"),
  /** What heavy hitters costs beyond reading. */
  HEAVY_HITTERS("heavy-hitters");

  private final String code;

  Benchmark(String code) {
    this.code = code;
  }

  /** The name it is run by. */
  public String code() {
    return code;
  }

  /** The names of all benchmarks. */
  public static List<String> codes() {
    return Stream.of(values()).map(Benchmark::code).toList();
  }

  /** The benchmark of that name. */
  public static Optional<Benchmark> ofCode(String code) {
    return Stream.of(values()).filter(each -> each.code.equals(code)).findFirst();
  }

  /** What it compares. */
  List<Variant> variants() {
    return switch (this) {
      case FLOOR -> List.of(Variant.RAW, Variant.FLOOR, Variant.OWN, Variant.EXCHANGE);
      case HEAVY_HITTERS -> List.of(Variant.FLOOR, Variant.HEAVY_HITTERS);
    };
  }

  /**
   * The order of a round: each round begins with the next variant, so that none always has the same
   * neighbour's heat or the same place.
   *
   * @param round from 0
   */
  List<Variant> order(int round) {
    List<Variant> variants = variants();
    int first = round % variants.size();
    return Stream.concat(
            variants.subList(first, variants.size()).stream(), variants.subList(0, first).stream())
        .toList();
  }
}
