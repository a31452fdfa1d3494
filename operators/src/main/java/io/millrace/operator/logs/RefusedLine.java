package io.millrace.operator.logs;

import io.millrace.operator.logline.LineFault;

/**
 * A line that can't be taken.
 *
 * @param line the line, without what is redacted
 * @param valueBytes how many bytes it had
 * @param redacted whether something is redacted
 * @param fault why
 * @param message the same for people, with the place
 */
public record RefusedLine(
    LogLine line, int valueBytes, boolean redacted, LineFault fault, String message) {}
