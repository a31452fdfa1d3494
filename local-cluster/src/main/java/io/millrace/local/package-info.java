/** The command: one job on Kafka, Flink and stores of this machine. */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
