package io.millrace.operator.ratelimit;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Tells what a request says. Answers must be the same whenever they are asked for. */
public interface RequestFields<T> extends Serializable {
  /** Its id; a request with the same id is a repetition. */
  String id(T request);

  /** When it was made, in milliseconds since the epoch. */
  long at(T request);

  /** Its key in a dimension other than {@link LimitDimension#GLOBAL}; null where it has none. */
  @Nullable String key(T request, LimitDimension dimension);

  /** The tier of whoever sends it; null where it is not known. */
  @Nullable String tier(T request);

  /** What it asks for; null where it is not known. */
  @Nullable String route(T request);

  /** What it costs; from 0, which only asks. */
  long cost(T request);
}
