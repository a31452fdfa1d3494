package io.millrace.operator.reconcile;

/**
 * What came of a decision.
 *
 * @param resolution the decision
 * @param refusal why it was not carried out; empty where it was
 */
public record ResolutionOutcome(Resolution resolution, String refusal) {}
