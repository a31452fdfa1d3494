/** Views that others watch: rows that change, leave and are repeated in full now and then. */
@NullMarked
package io.millrace.operator.live;

import org.jspecify.annotations.NullMarked;
