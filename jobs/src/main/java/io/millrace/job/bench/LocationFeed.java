package io.millrace.job.bench;

import io.millrace.operator.geo.Fence;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Position;
import io.millrace.operator.geo.Ring;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;

/**
 * Grants and then positions of a file that a benchmark makes, as operators take them. Rows are
 * dealt out to tasks, so that those of one owner come from one task. A JVM reads a file once.
 *
 * <p><b>Space</b>: 28 bytes a position, about 300 a grant.
 */
final class LocationFeed {
  /** Where the grants and positions are. */
  static final ConfigOption<String> ROWS =
      ConfigOptions.key("rows")
          .stringType()
          .noDefaultValue()
          .withDescription("File with grants and positions. A benchmark makes it.");

  private static final Map<String, LocationFeed> READ = new ConcurrentHashMap<>();
  private static final int NO_FENCE = 0;
  private static final int CIRCLE = 1;
  private static final int AROUND = 2;

  private final List<OwnerEvent> grants;
  private final String[] owners;
  private final int[] ownerOf;
  private final long[] times;
  private final double[] latitudes;
  private final double[] longitudes;

  /** Of each owner the first position; -1 where there is none. */
  private final int[] firstOf;

  private LocationFeed(DataInputStream in) throws IOException {
    owners = new String[in.readInt()];
    for (int i = 0; i < owners.length; i++) {
      owners[i] = in.readUTF();
    }
    int given = in.readInt();
    grants = new ArrayList<>(given);
    for (int i = 0; i < given; i++) {
      grants.add(OwnerEvent.granted(owners[in.readInt()], grant(in)));
    }
    int count = in.readInt();
    ownerOf = new int[count];
    times = new long[count];
    latitudes = new double[count];
    longitudes = new double[count];
    firstOf = new int[owners.length];
    Arrays.fill(firstOf, -1);
    for (int i = 0; i < count; i++) {
      ownerOf[i] = in.readInt();
      times[i] = in.readLong();
      latitudes[i] = in.readDouble();
      longitudes[i] = in.readDouble();
      firstOf[ownerOf[i]] = firstOf[ownerOf[i]] == -1 ? i : firstOf[ownerOf[i]];
    }
  }

  private static Grant grant(DataInputStream in) throws IOException {
    return new Grant(
        in.readUTF(), in.readUTF(), in.readLong(), in.readLong(), fence(in), in.readDouble());
  }

  private static @Nullable Fence fence(DataInputStream in) throws IOException {
    int kind = in.readByte();
    if (kind == NO_FENCE) {
      return null;
    } else if (kind == CIRCLE || kind == AROUND) {
      Fence circle = Fence.circle(in.readDouble(), in.readDouble(), in.readDouble());
      return kind == CIRCLE ? circle : circle.reversed();
    }
    List<List<Double>> points = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      points.add(List.of(in.readDouble(), in.readDouble()));
    }
    return Fence.polygon(Ring.of(points));
  }

  /** Those of a file. */
  static LocationFeed of(String file) {
    return READ.computeIfAbsent(file, LocationFeed::read);
  }

  private static LocationFeed read(String file) {
    try (var in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(file))))) {
      return new LocationFeed(in);
    } catch (IOException e) {
      throw new UncheckedIOException("the grants and positions in " + file + " can't be read", e);
    }
  }

  /** How many rows there are. */
  int count() {
    return grants.size() + times.length;
  }

  /** The grants, which come before all positions. */
  List<OwnerEvent> grants() {
    return grants;
  }

  /** How many owners there are. */
  int owners() {
    return owners.length;
  }

  /** Name of an owner, by number. */
  String owner(int number) {
    return owners[number];
  }

  /**
   * The owner is where they were at first.
   *
   * @param owner by number
   * @param at when, in milliseconds since the epoch
   * @throws IllegalStateException where the file has no position of that owner
   */
  OwnerEvent located(int owner, long at) {
    int first = firstOf[owner];
    if (first == -1) {
      throw new IllegalStateException(
          owners[owner] + " has no position; give at least as many --records as owners");
    }
    return located(owners[owner], at, latitudes[first], longitudes[first]);
  }

  private static OwnerEvent located(String owner, long at, double latitude, double longitude) {
    return OwnerEvent.located(
        owner, new Position("", at, latitude, longitude, null, null, null, null, ""));
  }

  private OwnerEvent row(int row) {
    int position = row - grants.size();
    return position < 0
        ? grants.get(row)
        : located(
            owners[ownerOf[position]], times[position], latitudes[position], longitudes[position]);
  }

  private long at(int row) {
    int position = row - grants.size();
    return position < 0 ? grants.get(row).at() : times[position];
  }

  /** Adds a source of the rows, with event times and watermarks. */
  static DataStream<OwnerEvent> read(StreamExecutionEnvironment env, String file) {
    int rows = of(file).count();
    int tasks = env.getParallelism();
    if (rows == 0 || rows % tasks != 0) {
      throw new IllegalArgumentException(rows + " rows can't be dealt out to " + tasks + " tasks");
    }
    return env.fromSource(
            new NumberSequenceSource(0, rows - 1),
            WatermarkStrategy.<Long>forMonotonousTimestamps()
                .withTimestampAssigner(
                    context -> {
                      LocationFeed feed = of(file);
                      return (number, none) -> feed.at(ParsedRows.row(number, rows, tasks));
                    }),
            "grants and positions")
        .uid("numbers-source")
        .map(new ToEvent(file, rows, tasks))
        .returns(OwnerEvent.STREAM_TYPE)
        .uid("rows")
        .name("Row of the number");
  }

  private static final class ToEvent extends RichMapFunction<Long, OwnerEvent> {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final int rows;
    private final int tasks;
    private transient LocationFeed feed;

    private ToEvent(String file, int rows, int tasks) {
      this.file = file;
      this.rows = rows;
      this.tasks = tasks;
    }

    @Override
    public void open(OpenContext context) {
      feed = of(file);
    }

    @Override
    public OwnerEvent map(Long number) {
      return feed.row(ParsedRows.row(number, rows, tasks));
    }
  }
}
