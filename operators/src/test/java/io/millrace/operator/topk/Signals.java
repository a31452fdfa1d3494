package io.millrace.operator.topk;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Lets the tasks of one JVM wait for each other; names are those of one run. */
public final class Signals {
  private static final Map<String, CompletableFuture<Void>> GIVEN = new ConcurrentHashMap<>();
  private static final Set<String> HAPPENED = ConcurrentHashMap.newKeySet();

  private Signals() {}

  /** Is complete once the signal was given. */
  public static CompletableFuture<Void> of(String name) {
    return GIVEN.computeIfAbsent(name, any -> new CompletableFuture<>());
  }

  /** Gives a signal. */
  public static void give(String name) {
    of(name).complete(null);
  }

  /** Whether this is the first call with that name. */
  static boolean first(String name) {
    return HAPPENED.add(name);
  }
}
