/** Flink inside this JVM, and jobs submitted to it as flink run does. */
@NullMarked
package io.millrace.local.flink;

import org.jspecify.annotations.NullMarked;
