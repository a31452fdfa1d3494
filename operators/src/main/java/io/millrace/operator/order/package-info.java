/** In which order several inputs are applied. */
@NullMarked
package io.millrace.operator.order;

import org.jspecify.annotations.NullMarked;
