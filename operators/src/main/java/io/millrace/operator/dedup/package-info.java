/** Events that come more than once are passed on once. */
@NullMarked
package io.millrace.operator.dedup;

import org.jspecify.annotations.NullMarked;
