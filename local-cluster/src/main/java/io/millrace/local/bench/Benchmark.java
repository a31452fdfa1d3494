package io.millrace.local.bench;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A set of programs that are measured against each other in the same rounds. */
public enum Benchmark {
  /** What reading costs: bytes alone, with our decoder, with an exchange. */
  FLOOR("floor", 3),
  /** What heavy hitters costs beyond reading, and what its peers cost. */
  HEAVY_HITTERS("heavy-hitters", 5);

  private final String code;
  private final int rounds;

  Benchmark(String code, int rounds) {
    this.code = code;
    this.rounds = rounds;
  }

  /** The name it is run by. */
  public String code() {
    return code;
  }

  /** How often each program is run unless the user says otherwise. */
  public int rounds() {
    return rounds;
  }

  /** The names of all benchmarks. */
  public static List<String> codes() {
    return Stream.of(values()).map(Benchmark::code).toList();
  }

  /** The benchmark of that name. */
  public static Optional<Benchmark> ofCode(String code) {
    return Stream.of(values()).filter(each -> each.code.equals(code)).findFirst();
  }

  /** The names of what it compares. */
  public List<String> variantCodes() {
    return variants().stream().map(Variant::code).toList();
  }

  /** What it compares, in the order in which {@link Variant} has them. */
  List<Variant> variants() {
    return comparisons().stream()
        .flatMap(comparison -> Stream.of(comparison.variant(), comparison.other()))
        .distinct()
        .sorted()
        .toList();
  }

  /** The ratios that it prints. */
  List<Comparison> comparisons() {
    return switch (this) {
      case FLOOR ->
          List.of(
              Comparison.of(Variant.RAW, Variant.FLOOR),
              Comparison.of(Variant.OWN, Variant.FLOOR),
              Comparison.of(Variant.PROJECTED, Variant.FLOOR),
              Comparison.of(Variant.EXCHANGE, Variant.FLOOR));
      case HEAVY_HITTERS ->
          List.of(
              new Comparison(Variant.HEAVY_HITTERS, Variant.FLOOR, 0.95),
              new Comparison(Variant.HEAVY_HITTERS, Variant.OWN, 0.9),
              Comparison.of(Variant.HEAVY_HITTERS, Variant.PROJECTED),
              new Comparison(Variant.SLIDING, Variant.HEAVY_HITTERS, 0.95),
              new Comparison(Variant.HEAVY_HITTERS, Variant.FLINK_SQL, 3),
              new Comparison(Variant.HEAVY_HITTERS_PARSED, Variant.FLINK_SQL_PARSED, 8),
              new Comparison(Variant.HEAVY_HITTERS, Variant.KAFKA_STREAMS, 8));
    };
  }

  /**
   * The order of a round: each round begins with the next of all, so that none always has the same
   * neighbour's heat or the same place.
   *
   * @param round from 0
   */
  static <T> List<T> order(List<T> all, int round) {
    int first = round % all.size();
    return Stream.concat(all.subList(first, all.size()).stream(), all.subList(0, first).stream())
        .toList();
  }
}
