/** What every job has: options, environment, endpoints and the catalogue of jobs. */
@NullMarked
package io.millrace.job;

import org.jspecify.annotations.NullMarked;
