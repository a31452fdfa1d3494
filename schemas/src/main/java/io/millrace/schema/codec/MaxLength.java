package io.millrace.schema.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The longest accepted string, in Unicode code points; a longer one is refused as {@code too-long}.
 * Without it a string is bounded by its record, {@link JsonCodec#MAX_BYTES}.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface MaxLength {
  /** Code points, at least 1. */
  int value();
}
