/** Lines of logs as streams: joined, read, counted and alarmed on. */
@NullMarked
package io.millrace.operator.logs;

import org.jspecify.annotations.NullMarked;
