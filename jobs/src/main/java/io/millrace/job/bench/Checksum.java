package io.millrace.job.bench;

import io.millrace.schema.web.RequestServed;
import org.jspecify.annotations.Nullable;

/**
 * A number in which every field of a request takes part: the sum of its numbers and of the lengths
 * of its texts, absent ones left out. It costs next to nothing, so that what is measured is the
 * reading.
 */
final class Checksum {
  private Checksum() {}

  static long of(RequestServed request) {
    return request.at()
        + length(request.client())
        + length(request.path())
        + length(request.method())
        + length(request.url())
        + (request.status() == null ? 0 : request.status())
        + (request.bytes() == null ? 0 : request.bytes())
        + length(request.referrer())
        + length(request.userAgent());
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }
}
