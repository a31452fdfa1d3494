/** Searches what jobs have written to stores. */
@NullMarked
package io.millrace.local.query;

import org.jspecify.annotations.NullMarked;
