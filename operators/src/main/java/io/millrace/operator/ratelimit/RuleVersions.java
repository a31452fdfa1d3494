package io.millrace.operator.ratelimit;

import java.util.List;

/**
 * What state has of a rule.
 *
 * @param rules its versions, at most {@link RuleBook#MOST_VERSIONS}
 */
public record RuleVersions(List<RateRule> rules) {}
