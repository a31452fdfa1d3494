package io.millrace.operator.geo;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to decide whether a viewer may see a position, for each grant: pages of ten grants
 * of ten viewers, ten thousand of them in random order, and what they show.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@SuppressWarnings("NullAway.Init") // JMH sets the parameters.
public class AudienceBenchmark {
  private static final int GRANTS = 10;
  private static final int PAGES = 10_000;
  private static final long AT = 1_764_151_200_000L;
  private static final int CORNERS = 8;

  /** Which grants there are. */
  public enum Kind {
    /** Everywhere, as precise as it is. */
    PLAIN,
    /**
     * As those of {@code bench location-fanout}: some on a grid, some with a fence, one expired.
     */
    MIXED,
    /** All in a circle, which the position is mostly out of. */
    CIRCLES,
    /** All in an outline of eight points. */
    POLYGONS
  }

  /** Which grants there are. */
  @Param public Kind kind;

  private final List<GrantPage> pages = new ArrayList<>();
  private final List<Position> positions = new ArrayList<>();
  private int next;

  /** Makes the pages and positions. */
  @Setup
  public void make() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < PAGES; i++) {
      double latitude = 45 + random.nextDouble();
      double longitude = 10 + random.nextDouble();
      GrantPage page = GrantPage.EMPTY;
      for (int grant = 0; grant < GRANTS; grant++) {
        page = page.with(grant(i, grant, latitude, longitude));
      }
      pages.add(page);
      positions.add(
          new Position(
              "",
              AT,
              latitude + (random.nextDouble() - 0.5) / 50,
              longitude + (random.nextDouble() - 0.5) / 50,
              null,
              null,
              null,
              null,
              ""));
    }
  }

  private Grant grant(int page, int grant, double latitude, double longitude) {
    Fence circle = Fence.circle(latitude, longitude, 500);
    Fence outline = outline(latitude, longitude);
    Fence fence =
        switch (kind) {
          case PLAIN -> null;
          case CIRCLES -> circle;
          case POLYGONS -> outline;
          case MIXED ->
              switch (grant) {
                case 5, 6 -> circle;
                case 7 -> circle.reversed();
                case 8 -> outline;
                default -> null;
              };
        };
    boolean isMixed = kind == Kind.MIXED;
    return new Grant(
        "grant-" + page + "-" + grant,
        "viewer-" + (page * GRANTS + grant),
        AT - 1_000,
        isMixed && grant == GRANTS - 1 ? AT : Grant.NEVER,
        fence,
        isMixed && (grant == 1 || grant == 2) ? 100 : 0);
  }

  private static Fence outline(double latitude, double longitude) {
    List<List<Double>> points = new ArrayList<>();
    for (int corner = 0; corner < CORNERS; corner++) {
      double angle = 2 * Math.PI * corner / CORNERS;
      double away = corner % 2 == 0 ? 0.006 : 0.004;
      points.add(List.of(longitude + away * Math.cos(angle), latitude + away * Math.sin(angle)));
    }
    return Fence.polygon(Ring.of(points));
  }

  /** For each grant. */
  @Benchmark
  @OperationsPerInvocation(GRANTS)
  public void decide(Blackhole seen) {
    int i = next;
    next = i + 1 == PAGES ? 0 : i + 1;
    pages.get(i).audience(positions.get(i), seen::consume);
  }

  /** For each grant, with what the viewer sees. */
  @Benchmark
  @OperationsPerInvocation(GRANTS)
  public void decideAndReduce(Blackhole seen) {
    int i = next;
    next = i + 1 == PAGES ? 0 : i + 1;
    Position position = positions.get(i);
    pages
        .get(i)
        .audience(
            position,
            grant ->
                seen.consume(
                    Spot.reduced(
                        position.latitude(),
                        position.longitude(),
                        position.accuracyMeters(),
                        grant.precisionMeters())));
  }
}
