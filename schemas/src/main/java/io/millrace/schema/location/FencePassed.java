package io.millrace.schema.location;

import org.jspecify.annotations.Nullable;

/**
 * Someone entered a place, left it, or has stayed. Identity: {@code eventId}.
 *
 * @param eventId follows from owner, fence, {@code event} and {@code at}
 * @param ownerId who
 * @param fenceId which place
 * @param name what it is called
 * @param event enter, exit or dwell
 * @param at when, in milliseconds since the epoch; of a dwell when its time was over
 * @param enteredAt when the owner was first seen in it
 */
public record FencePassed(
    String eventId,
    String ownerId,
    String fenceId,
    @Nullable String name,
    FenceMoment event,
    long at,
    long enteredAt) {}
