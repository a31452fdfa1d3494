/** Rows of windows, kept until their window is complete and then written as a whole. */
@NullMarked
package io.millrace.operator.export;

import org.jspecify.annotations.NullMarked;
