package io.millrace.schema.codec;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a record that has another form in Kafka than JSON: the bytes of its {@code line} are the
 * value, its {@code source} is the header of that name, and its {@code at} the record's timestamp.
 * Its JSON form is that of files.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface RawLine {
  /** Name of the header that says where a line comes from. */
  String SOURCE_HEADER = "source";
}
