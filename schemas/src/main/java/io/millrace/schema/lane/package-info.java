/** The lanes beside a job's results: dead letters, late records and live views. */
@NullMarked
package io.millrace.schema.lane;

import org.jspecify.annotations.NullMarked;
