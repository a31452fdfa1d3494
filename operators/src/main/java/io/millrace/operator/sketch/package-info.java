/** Summaries of weighted streams that answer which items are heavy, with bounds. */
@NullMarked
package io.millrace.operator.sketch;

import org.jspecify.annotations.NullMarked;
