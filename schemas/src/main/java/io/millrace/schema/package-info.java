/** The catalogue of topics. */
@NullMarked
package io.millrace.schema;

import org.jspecify.annotations.NullMarked;
