package io.millrace.operator.reconcile;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.jspecify.annotations.Nullable;

/**
 * What is on its way to where entries are matched.
 *
 * @param key the key that it goes to
 * @param waiting an entry or a decision; null where it is a notice
 * @param notice what everybody must know; null of others
 */
@TypeInfo(LedgerType.OfRouted.class)
public record Routed(long key, @Nullable Waiting waiting, @Nullable Notice notice) {}
