package io.millrace.operator.reconcile;

import java.util.List;

/**
 * Where one of the entries is that a decision names, or the match that it names.
 *
 * @param resolution the decision
 * @param name the entry's or match's id
 * @param keys the key that it is kept under; none where it is not known
 */
public record Located(Resolution resolution, String name, List<Long> keys) {}
