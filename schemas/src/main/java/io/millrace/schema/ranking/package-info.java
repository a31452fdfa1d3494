/** Ranked items. */
@NullMarked
package io.millrace.schema.ranking;

import org.jspecify.annotations.NullMarked;
