/** Requests are admitted or refused by limits on how many may come in a time. */
@NullMarked
package io.millrace.operator.ratelimit;

import org.jspecify.annotations.NullMarked;
