package io.millrace.job.ratelimit;

import io.millrace.operator.ratelimit.LimitDimension;
import io.millrace.operator.ratelimit.RequestFields;
import io.millrace.schema.codec.Projected;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a request that the job reads. */
final class RequestSlices implements RequestFields<Projected> {
  /** Their names, in the order of the slices. */
  static final List<String> NAMES =
      List.of("requestId", "user", "apiKey", "ip", "tier", "route", "cost");

  private static final long serialVersionUID = 1L;
  private static final int REQUEST_ID = 0;
  private static final int USER = 1;
  private static final int API_KEY = 2;
  private static final int IP = 3;
  private static final int TIER = 4;
  private static final int ROUTE = 5;
  private static final int COST = 6;

  @Override
  public String id(Projected request) {
    return request.string(REQUEST_ID);
  }

  @Override
  public long at(Projected request) {
    return request.at();
  }

  @Override
  public @Nullable String key(Projected request, LimitDimension dimension) {
    return switch (dimension) {
      case USER -> text(request, USER);
      case API_KEY -> text(request, API_KEY);
      case IP -> text(request, IP);
      case ROUTE -> text(request, ROUTE);
      case GLOBAL -> LimitDimension.EVERYTHING;
    };
  }

  @Override
  public @Nullable String tier(Projected request) {
    return text(request, TIER);
  }

  @Override
  public @Nullable String route(Projected request) {
    return text(request, ROUTE);
  }

  @Override
  public long cost(Projected request) {
    return request.has(COST) ? request.number(COST) : 1;
  }

  @Override
  public long idHash(Projected request) {
    return hash(request, REQUEST_ID);
  }

  @Override
  public long keyHash(Projected request, LimitDimension dimension) {
    int field =
        switch (dimension) {
          case USER -> USER;
          case API_KEY -> API_KEY;
          case IP -> IP;
          case ROUTE -> ROUTE;
          case GLOBAL -> throw new IllegalArgumentException("the key of everything is no field");
        };
    return hash(request, request.has(field) ? field : REQUEST_ID);
  }

  private static long hash(Projected request, int field) {
    return RequestFields.hash(request.text(), request.start(field), request.length(field));
  }

  private static @Nullable String text(Projected request, int field) {
    return request.has(field) ? request.string(field) : null;
  }
}
