/** The list of all jobs. */
@NullMarked
package io.millrace.job.catalogue;

import org.jspecify.annotations.NullMarked;
