/** The heaviest items of each window, counted where the records are read and merged by key. */
@NullMarked
package io.millrace.operator.topk;

import org.jspecify.annotations.NullMarked;
