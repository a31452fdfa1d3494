/** Kafka inside this JVM. */
@NullMarked
package io.millrace.local.broker;

import org.jspecify.annotations.NullMarked;
