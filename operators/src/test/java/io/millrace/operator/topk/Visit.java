package io.millrace.operator.topk;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record to count in tests. */
public record Visit(String id, long at, @Nullable String page, @Nullable String client, long bytes)
    implements Serializable {
  static final List<Dimension<Visit>> BY_PAGE = List.of(Dimension.of("page", Visit::page));
  static final List<Dimension<Visit>> BY_PAGE_AND_CLIENT =
      List.of(Dimension.of("page", Visit::page), Dimension.of("client", Visit::client));

  /** Each record is its own item, so that the rankings show where each record was counted. */
  static final List<Dimension<Visit>> BY_ID = List.of(Dimension.of("id", Visit::id));

  static Visit of(long at, @Nullable String page) {
    return new Visit("", at, page, null, 1);
  }
}
