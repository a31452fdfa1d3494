/** The lanes beside a job's results: dead letters and late records. */
@NullMarked
package io.millrace.schema.lane;

import org.jspecify.annotations.NullMarked;
