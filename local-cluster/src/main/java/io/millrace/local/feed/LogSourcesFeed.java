package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LogFormat;
import io.millrace.schema.logs.LogSourceDescribed;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the lines of {@link LogLinesFeed} are read. */
public final class LogSourcesFeed implements SeededFeed {
  /** The sources are known since this long before the feed begins. */
  private static final long KNOWN_MILLIS = 3_600_000;

  private static final List<Source> SOURCES =
      List.of(
          new Source("web", LogFormat.COMBINED, null, "storefront"),
          new Source("api", LogFormat.JSON, null, "orders"),
          new Source("worker", LogFormat.LOG4J, null, "billing"),
          new Source("queue", LogFormat.LOGFMT, null, "billing"),
          new Source("hosts", LogFormat.RFC3164, null, null),
          new Source("routers", LogFormat.RFC5424, null, "network"),
          new Source("tills", LogFormat.CSV, "time,level,host,message,store", "shops"));

  private final JsonCodec<LogSourceDescribed> codec = Topics.LOG_SOURCES.codec();
  private int next;

  private record Source(
      String name, LogFormat format, @Nullable String header, @Nullable String service) {}

  @Override
  public Topic<?> topic() {
    return Topics.LOG_SOURCES;
  }

  @Override
  public byte @Nullable [] next(long now) {
    if (next == SOURCES.size()) {
      return null;
    }
    Source source = SOURCES.get(next++);
    return codec.encode(
        new LogSourceDescribed(
            source.name(),
            1,
            now - KNOWN_MILLIS,
            source.format(),
            null,
            null,
            source.header(),
            null,
            source.service(),
            null,
            null,
            null,
            null,
            null));
  }
}
