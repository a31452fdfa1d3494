/** Events that come more than once are passed on once, and versions of items never backwards. */
@NullMarked
package io.millrace.operator.dedup;

import org.jspecify.annotations.NullMarked;
