/** Positions on the earth, fences around places, and who may see whom where. */
@NullMarked
package io.millrace.operator.geo;

import org.jspecify.annotations.NullMarked;
