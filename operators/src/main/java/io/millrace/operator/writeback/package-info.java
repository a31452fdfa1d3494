/** Keyed state whose values in use are in memory, over the state of any backend. */
@NullMarked
package io.millrace.operator.writeback;

import org.jspecify.annotations.NullMarked;
