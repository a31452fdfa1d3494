package io.millrace.local.intake;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Puts lines where they are kept. */
interface LineWriter {
  /**
   * Writes the lines of one request, in their order and with none of another request of the source
   * between them.
   *
   * @param source what they are a log of
   * @param at when they came, in milliseconds since the epoch
   * @return is complete once all are kept; exceptionally if one is not, when others may be
   */
  CompletableFuture<@Nullable Void> write(String source, long at, List<byte[]> lines);
}
