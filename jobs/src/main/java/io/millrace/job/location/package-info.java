/** Jobs about where people are. */
@NullMarked
package io.millrace.job.location;

import org.jspecify.annotations.NullMarked;
