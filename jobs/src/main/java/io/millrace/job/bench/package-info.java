/** What jobs are measured against; benchmarks run it, and nobody else needs it. */
@NullMarked
package io.millrace.job.bench;

import org.jspecify.annotations.NullMarked;
