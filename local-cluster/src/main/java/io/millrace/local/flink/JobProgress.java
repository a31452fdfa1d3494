package io.millrace.local.flink;

import java.util.Map;
import java.util.OptionalLong;

/**
 * How far a job is.
 *
 * @param state Flink's name of its state, such as {@code RUNNING}
 * @param positions by topic and partition, such as {@code web.requests-0}: offset of the next
 *     record that the job's sources will emit
 * @param checkpointedAt when its last completed checkpoint was triggered, in milliseconds since the
 *     epoch; empty before the first
 * @param restarts how often it was restarted
 */
public record JobProgress(
    String state, Map<String, Long> positions, OptionalLong checkpointedAt, long restarts) {}
