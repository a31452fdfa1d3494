package io.millrace.schema.codec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A record with a component of every accepted kind. */
public record Sample(
    @EventTime long at,
    @MaxLength(8) String id,
    int count,
    @Range(min = 0, max = 100) @Nullable Integer percent,
    @Nullable Long size,
    @Nullable Double ratio,
    @Range(min = -90, max = 90) @Nullable Double latitude,
    @Nullable Boolean active,
    @Nullable Color color,
    @Nullable Part part,
    @Nullable List<Part> parts,
    @Nullable Map<String, Long> sizes,
    @RawJson @Nullable String raw) {

  public enum Color {
    RED,
    DARK_BLUE
  }

  @SelfChecking
  public record Part(String name, @Nullable Integer weight) {
    public Part {
      if (name.equals("forbidden")) {
        throw new IllegalArgumentException("a part must not be called forbidden");
      }
    }
  }

  /** Nothing but the required fields. */
  static Sample of(long at, String id, int count) {
    return new Sample(at, id, count, null, null, null, null, null, null, null, null, null, null);
  }
}
