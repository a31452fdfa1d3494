package io.millrace.operator.ratelimit;

import io.millrace.operator.sketch.ItemBytes;
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

  /** {@link #hash} of the id's UTF-8 form; to be overridden where that is at hand. */
  default long idHash(T request) {
    return LimitKey.hash(id(request));
  }

  /**
   * {@link #hash} of the UTF-8 form of the key in a dimension, of the id where it has none; to be
   * overridden where that is at hand.
   */
  default long keyHash(T request, LimitDimension dimension) {
    String key = key(request, dimension);
    return key == null ? idHash(request) : LimitKey.hash(key);
  }

  /** The hash of a text by its UTF-8 form: the same in every process and version. */
  static long hash(byte[] utf8, int start, int length) {
    return ItemBytes.hash(0, utf8, start, length);
  }
}
