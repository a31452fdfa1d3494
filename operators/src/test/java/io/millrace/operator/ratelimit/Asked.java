package io.millrace.operator.ratelimit;

import io.millrace.operator.topk.Visit;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request in tests.
 *
 * @param user may be null, as every key
 */
record Asked(
    String id,
    long at,
    @Nullable String user,
    @Nullable String apiKey,
    @Nullable String ip,
    @Nullable String tier,
    @Nullable String route,
    long cost) {
  private static final String NOTHING = "-";

  /** The same as a record of a scripted source. */
  Visit visit() {
    return new Visit(
        id,
        at,
        String.join(" ", text(user), text(apiKey), text(ip), text(tier), text(route)),
        null,
        cost);
  }

  private static String text(@Nullable String value) {
    return value == null ? NOTHING : value;
  }

  static Asked of(Visit visit) {
    String[] parts = Objects.requireNonNull(visit.page()).split(" ", -1);
    return new Asked(
        visit.id(),
        visit.at(),
        value(parts[0]),
        value(parts[1]),
        value(parts[2]),
        value(parts[3]),
        value(parts[4]),
        visit.bytes());
  }

  private static @Nullable String value(String text) {
    return text.equals(NOTHING) ? null : text;
  }

  @Nullable String key(LimitDimension dimension) {
    return switch (dimension) {
      case USER -> user;
      case API_KEY -> apiKey;
      case IP -> ip;
      case ROUTE -> route;
      case GLOBAL -> LimitDimension.EVERYTHING;
    };
  }

  /** Tells the fields of such a record. */
  static final class Fields implements RequestFields<Visit> {
    private static final long serialVersionUID = 1L;

    @Override
    public String id(Visit request) {
      return request.id();
    }

    @Override
    public long at(Visit request) {
      return request.at();
    }

    @Override
    public @Nullable String key(Visit request, LimitDimension dimension) {
      return of(request).key(dimension);
    }

    @Override
    public @Nullable String tier(Visit request) {
      return of(request).tier();
    }

    @Override
    public @Nullable String route(Visit request) {
      return of(request).route();
    }

    @Override
    public long cost(Visit request) {
      return request.bytes();
    }
  }
}
