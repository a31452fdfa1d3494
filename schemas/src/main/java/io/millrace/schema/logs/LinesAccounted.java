package io.millrace.schema.logs;

/**
 * What became of the lines of a source in a partition, from the first on: {@code in = indexed +
 * duplicate + collapsed + filtered + joined + deadLetters + waiting}. Identity: source, topic,
 * partition and {@code throughOffset}; the last one counts.
 *
 * @param source the source; empty for lines that name none
 * @param topic where they came from
 * @param partition its partition
 * @param throughOffset offset of the last of them
 * @param at when that one came in, in milliseconds since the epoch
 * @param in how many there were
 * @param indexed how many are a record for the index, with those that are joined to them not
 *     counted
 * @param duplicate how many came again
 * @param collapsed how many are equal to a record before them that stands for them
 * @param filtered how many are below the least level or not in a sample, or repeat a header
 * @param joined how many belong to the record that a line before them began
 * @param deadLetters how many could not be read
 * @param waiting how many may still become any of these
 */
public record LinesAccounted(
    String source,
    String topic,
    int partition,
    long throughOffset,
    long at,
    long in,
    long indexed,
    long duplicate,
    long collapsed,
    long filtered,
    long joined,
    long deadLetters,
    long waiting) {}
