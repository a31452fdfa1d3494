/** Event-time windows as plain arithmetic. */
@NullMarked
package io.millrace.operator.window;

import org.jspecify.annotations.NullMarked;
