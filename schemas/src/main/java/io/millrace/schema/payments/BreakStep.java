package io.millrace.schema.payments;

import org.jspecify.annotations.Nullable;

/**
 * What happened to a break.
 *
 * @param at when, in milliseconds since the epoch
 * @param action what: opened, cleared, resolved, adjust, write-off, dispute or reopen
 * @param user who decided, where a person did
 * @param note why
 */
public record BreakStep(long at, String action, @Nullable String user, @Nullable String note) {}
