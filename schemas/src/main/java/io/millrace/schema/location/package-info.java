/** Positions of people, and who may see them. */
@NullMarked
package io.millrace.schema.location;

import org.jspecify.annotations.NullMarked;
