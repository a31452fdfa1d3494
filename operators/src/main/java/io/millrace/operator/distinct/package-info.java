/** How many different items a stream has; knows nothing of Flink. */
@NullMarked
package io.millrace.operator.distinct;

import org.jspecify.annotations.NullMarked;
