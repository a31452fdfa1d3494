/** Jobs about what is logged. */
@NullMarked
package io.millrace.job.logs;

import org.jspecify.annotations.NullMarked;
