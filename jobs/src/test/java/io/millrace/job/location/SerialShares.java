package io.millrace.job.location;

import io.millrace.schema.location.FenceMode;
import io.millrace.schema.location.FenceOutline;
import io.millrace.schema.location.FenceType;
import io.millrace.schema.location.GrantAction;
import io.millrace.schema.location.GrantChanged;
import io.millrace.schema.location.PositionReported;
import java.awt.geom.Path2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may see which position, by the meaning of grants and not by steps: a grant's interval is
 * found first, then every position is held against every grant. Distances are those of chords.
 */
final class SerialShares {
  private static final double RADIUS = 6_371_000;

  private final List<GrantChanged> changes;
  private final double maxSpeed;

  /** Ids of positions that were too fast. */
  final List<String> impossible = new ArrayList<>();

  SerialShares(List<GrantChanged> changes, double maxSpeed) {
    this.changes = changes;
    this.maxSpeed = maxSpeed;
  }

  /** A delivery as {@code viewer owner at grant}, in order. */
  List<String> lines(List<PositionReported> reports) {
    List<String> lines = new ArrayList<>();
    Map<String, PositionReported> last = new HashMap<>();
    for (PositionReported report :
        reports.stream()
            .distinct()
            .sorted(
                Comparator.comparingLong(PositionReported::at)
                    .thenComparing(PositionReported::updateId))
            .toList()) {
      PositionReported before = last.get(report.userId());
      if (before != null && isTooFast(before, report)) {
        impossible.add(report.updateId());
        continue;
      }
      last.put(report.userId(), report);
      Map<String, GrantChanged> finest = new TreeMap<>();
      for (GrantChanged grant : changes) {
        if (grant.action() == GrantAction.GRANT
            && grant.ownerId().equals(report.userId())
            && report.at() >= grant.at()
            && report.at() < end(grant)
            && isWhereItIsValid(grant.fence(), report)) {
          finest.merge(grant.viewerId(), grant, SerialShares::finer);
        }
      }
      finest.forEach(
          (viewer, grant) ->
              lines.add(
                  viewer + " " + report.userId() + " " + report.at() + " " + grant.grantId()));
    }
    lines.sort(Comparator.naturalOrder());
    return lines;
  }

  private boolean isTooFast(PositionReported before, PositionReported report) {
    double meters =
        chordMeters(before.latitude(), before.longitude(), report.latitude(), report.longitude());
    return meters > maxSpeed * (report.at() - before.at()) / 1_000;
  }

  private static GrantChanged finer(GrantChanged one, GrantChanged other) {
    int order = Double.compare(precision(one), precision(other));
    return order < 0 || (order == 0 && one.grantId().compareTo(other.grantId()) < 0) ? one : other;
  }

  private static double precision(GrantChanged grant) {
    return grant.precisionMeters() == null ? 0 : grant.precisionMeters();
  }

  private long end(GrantChanged grant) {
    long end = grant.expiresAt() == null ? Long.MAX_VALUE : grant.expiresAt();
    for (GrantChanged change : changes) {
      if (change.action() == GrantAction.REVOKE
          && change.grantId().equals(grant.grantId())
          && change.at() >= grant.at()) {
        end = Math.min(end, change.at());
      }
    }
    return end;
  }

  private static boolean isWhereItIsValid(@Nullable FenceOutline fence, PositionReported report) {
    if (fence == null) {
      return true;
    }
    boolean isInside =
        fence.type() == FenceType.CIRCLE
            ? chordMeters(
                    Objects.requireNonNull(fence.latitude()),
                    Objects.requireNonNull(fence.longitude()),
                    report.latitude(),
                    report.longitude())
                <= Objects.requireNonNull(fence.radiusMeters())
            : encloses(fence.points(), report);
    return isInside == (fence.mode() != FenceMode.OUTSIDE);
  }

  private static boolean encloses(List<List<List<Double>>> rings, PositionReported report) {
    Path2D.Double path = new Path2D.Double(Path2D.WIND_EVEN_ODD);
    for (List<List<Double>> ring : rings) {
      path.moveTo(ring.get(0).get(0), ring.get(0).get(1));
      ring.forEach(point -> path.lineTo(point.get(0), point.get(1)));
      path.closePath();
    }
    return path.contains(report.longitude(), report.latitude());
  }

  /** By the chord through the earth. */
  static double chordMeters(
      double latitude, double longitude, double latitude2, double longitude2) {
    double[] from = vector(latitude, longitude);
    double[] to = vector(latitude2, longitude2);
    double square = 0;
    for (int i = 0; i < from.length; i++) {
      square += (from[i] - to[i]) * (from[i] - to[i]);
    }
    return 2 * RADIUS * Math.asin(Math.sqrt(square) / 2);
  }

  private static double[] vector(double latitude, double longitude) {
    double phi = Math.toRadians(latitude);
    double lambda = Math.toRadians(longitude);
    return new double[] {
      Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)
    };
  }
}
