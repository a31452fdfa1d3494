/** Decisions are chained by hashes, so that none can be changed or left out unseen. */
@NullMarked
package io.millrace.operator.audit;

import org.jspecify.annotations.NullMarked;
