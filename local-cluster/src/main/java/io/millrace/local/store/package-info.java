/** The stores that jobs write to, as real servers on this machine. */
@NullMarked
package io.millrace.local.store;

import org.jspecify.annotations.NullMarked;
