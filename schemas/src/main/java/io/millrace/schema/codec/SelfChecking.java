package io.millrace.schema.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a record whose constructor refuses values that the annotations on its components accept, by
 * an {@link IllegalArgumentException}. Without it, a record that nobody asked for is not made only
 * to be checked.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SelfChecking {}
