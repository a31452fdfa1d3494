package io.millrace.job.web;

import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobOptions;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.sketch.SketchAlgorithm;
import io.millrace.operator.topk.Dimension;
import io.millrace.operator.topk.Dimension.WeightOf;
import io.millrace.operator.topk.HeavyHittersSpec;
import io.millrace.operator.window.PanedWindows;
import io.millrace.schema.codec.Projected;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** The options of heavy hitters. */
public final class HeavyHittersOptions {
  /** What requests are counted by. */
  public static final ConfigOption<String> DIMENSION =
      ConfigOptions.key("dimension")
          .stringType()
          .defaultValue("path")
          .withDescription(
              "What requests are counted by: a comma list of path, url, client, userAgent, status,"
                  + " method. A request without the field is not counted in that dimension.");

  /** Length of a window. */
  public static final ConfigOption<Duration> WINDOW =
      ConfigOptions.key("window")
          .durationType()
          .defaultValue(Duration.ofMinutes(5))
          .withDescription("Length of a window in event time, aligned to the epoch.");

  /** Distance between two windows. */
  public static final ConfigOption<Duration> SLIDE =
      ConfigOptions.key("slide")
          .durationType()
          .noDefaultValue()
          .withDescription(
              "Distance between two windows, at most the window. Default: the window.");

  /** The most items of a ranking. */
  public static final ConfigOption<Integer> K =
      ConfigOptions.key("k")
          .intType()
          .defaultValue(100)
          .withDescription("The most items of a ranking, from 1 to 10000.");

  /** What a request weighs. */
  public static final ConfigOption<Weight> WEIGHT =
      ConfigOptions.key("weight")
          .enumType(Weight.class)
          .defaultValue(Weight.COUNT)
          .withDescription("What a request weighs: count (1) or bytes (the size of its response).");

  /** How items are counted. */
  public static final ConfigOption<String> ALGORITHM =
      ConfigOptions.key("algorithm")
          .stringType()
          .defaultValue(SketchAlgorithm.ADAPTIVE.code())
          .withDescription("How items are counted: " + SketchAlgorithm.codes() + ".");

  /** Memory for the counts of one dimension. */
  public static final ConfigOption<MemorySize> MEMORY =
      ConfigOptions.key("memory")
          .memoryType()
          .defaultValue(new MemorySize(HeavyHittersSpec.DEFAULT_MEMORY_BYTES))
          .withDescription(
              "Memory for the counts of one dimension in one window, and again in each task that"
                  + " reads: 8mb, at least 64kb. The slides of a window share it. Beyond it, an"
                  + " algorithm other than exact leaves light items out and gives bounds, off by at"
                  + " most total / k.");

  /** All of them. */
  public static final List<ConfigOption<?>> ALL =
      List.of(DIMENSION, WINDOW, SLIDE, K, WEIGHT, ALGORITHM, MEMORY);

  /** The fields of a request that it can be counted by. */
  private static final Set<String> DIMENSIONS =
      new TreeSet<>(List.of("path", "url", "client", "userAgent", "status", "method"));

  /** The field that a request can weigh. */
  private static final String BYTES = "bytes";

  private HeavyHittersOptions() {}

  /** What a request can weigh. */
  public enum Weight {
    /** Each request 1. */
    COUNT,
    /** Each request the bytes of its response, 0 where they are absent. */
    BYTES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What to rank and how. */
  static HeavyHittersSpec spec(JobConfig config) {
    long window = config.millis(WINDOW);
    return new HeavyHittersSpec(
        new PanedWindows(
            window,
            config.get(SLIDE, Duration.ofMillis(window)).toMillis(),
            config.millis(JobOptions.ALLOWED_LATENESS)),
        config.get(K),
        SketchAlgorithm.ofCode(config.get(ALGORITHM)),
        config.get(MEMORY).getBytes(),
        config.millis(KafkaOptions.MAX_AHEAD),
        HeavyHittersSpec.DEFAULT_LOCAL_BYTES);
  }

  /**
   * The fields of a request that are read: what it is counted by, then what it weighs.
   *
   * @throws IllegalArgumentException for an unknown or repeated dimension
   */
  static List<String> fields(JobConfig config) {
    List<String> fields = dimensionNames(config);
    if (config.get(WEIGHT) == Weight.BYTES) {
      fields.add(BYTES);
    }
    return fields;
  }

  /** What to count by. */
  static List<Dimension<Projected>> dimensions(JobConfig config) {
    List<Dimension<Projected>> dimensions = new ArrayList<>();
    for (String name : dimensionNames(config)) {
      int field = dimensions.size();
      dimensions.add(new Dimension<>(name, (request, item) -> locate(request, field, item)));
    }
    return dimensions;
  }

  /** Takes the weight from a request. */
  static WeightOf<Projected> weight(JobConfig config) {
    int field = dimensionNames(config).size();
    return switch (config.get(WEIGHT)) {
      case COUNT -> request -> 1;
      case BYTES -> request -> request.has(field) ? request.number(field) : 0;
    };
  }

  private static boolean locate(Projected request, int field, ItemSlice item) {
    if (!request.has(field)) {
      return false;
    }
    item.set(request.text(), request.start(field), request.length(field));
    return true;
  }

  private static List<String> dimensionNames(JobConfig config) {
    List<String> names = new ArrayList<>();
    for (String given : config.get(DIMENSION).split(",", -1)) {
      String name = given.strip();
      if (!DIMENSIONS.contains(name) || names.contains(name)) {
        throw new IllegalArgumentException(
            String.format(
                "%s \"%s\"; valid, each once: %s",
                names.contains(name) ? "twice the dimension" : "no dimension", given, DIMENSIONS));
      }
      names.add(name);
    }
    return names;
  }
}
