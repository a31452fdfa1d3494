package io.millrace.schema.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the event time of a record, a {@code long}: milliseconds since the epoch (UTC). On input an
 * ISO-8601 string with an offset is accepted too, such as {@code 2026-01-31T09:30:00.123Z}, {@code
 * 2026-01-31T10:30+01:00} or {@code ...+0100}; on output it is always a number.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface EventTime {}
