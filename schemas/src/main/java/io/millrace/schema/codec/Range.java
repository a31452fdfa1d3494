package io.millrace.schema.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The accepted range of a number; a value outside it is refused as {@code out-of-range}. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Range {
  /** The smallest accepted value, inclusive. */
  long min();

  /** The largest accepted value, inclusive. */
  long max();
}
