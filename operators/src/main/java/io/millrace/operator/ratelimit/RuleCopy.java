package io.millrace.operator.ratelimit;

/**
 * A version of a rule on its way to the tasks that have to know it.
 *
 * @param group a group of keys of the task
 * @param rule the version
 */
public record RuleCopy(int group, RateRule rule) {}
