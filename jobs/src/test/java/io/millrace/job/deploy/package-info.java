/** Holds what is in {@code jobs/deploy} against the jobs, their build and a running job. */
@NullMarked
package io.millrace.job.deploy;

import org.jspecify.annotations.NullMarked;
