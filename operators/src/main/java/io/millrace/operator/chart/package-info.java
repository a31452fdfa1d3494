/** Charts: what is played most in each region, in windows, with decay, and against the past. */
@NullMarked
package io.millrace.operator.chart;

import org.jspecify.annotations.NullMarked;
