package io.millrace.operator.sketch;

import java.util.List;

/**
 * The heaviest items, and how heavy the others may be.
 *
 * @param items heaviest first
 * @param othersAtMost upper bound of the weight of every other item; where no lower bound of {@code
 *     items} is below it, these are surely the heaviest
 */
public record TopItems(List<ItemEstimate> items, long othersAtMost) {}
