package io.millrace.operator.logs;

/**
 * What became of the lines of a stream so far. Every line is in one of the counts after {@code in}.
 *
 * @param lastOffset offset of the last one
 * @param lastAt when it came in, in milliseconds since the epoch
 * @param in how many there were
 * @param indexed how many are a record that is kept
 * @param duplicate how many came again
 * @param collapsed how many are equal to a record that stands for them
 * @param filtered how many are not to be kept
 * @param joined how many belong to the record of another one
 * @param deadLetters how many can't be read
 * @param waiting how many are not decided on
 */
public record LineCounts(
    long lastOffset,
    long lastAt,
    long in,
    long indexed,
    long duplicate,
    long collapsed,
    long filtered,
    long joined,
    long deadLetters,
    long waiting) {}
