/** Topics as sources that give values or dead letters, and as sinks that write exactly once. */
@NullMarked
package io.millrace.connector.kafka;

import org.jspecify.annotations.NullMarked;
