/** Jobs that limit how many requests there may be. */
@NullMarked
package io.millrace.job.ratelimit;

import org.jspecify.annotations.NullMarked;
