package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LogServiceDescribed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of the services that log in {@link LogLinesFeed}: who looks after them. */
public final class LogServicesFeed implements SeededFeed {
  /** They are known since this long before the feed begins. */
  private static final long KNOWN_MILLIS = 3_600_000;

  private static final List<Service> SERVICES =
      List.of(
          new Service("storefront", "shopping", "1"),
          new Service("orders", "shopping", "1"),
          new Service("billing", "payments", "1"),
          new Service("network", "platform", "2"),
          new Service("shops", "retail", "3"));

  private final JsonCodec<LogServiceDescribed> codec = Topics.LOG_SERVICES.codec();
  private int next;

  private record Service(String name, String team, String tier) {}

  @Override
  public Topic<?> topic() {
    return Topics.LOG_SERVICES;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (next == SERVICES.size()) {
      return null;
    }
    Service service = SERVICES.get(next++);
    return codec.encode(
        new LogServiceDescribed(
            service.name(),
            1,
            now - KNOWN_MILLIS,
            Map.of("team", service.team(), "tier", service.tier()),
            null));
  }
}
