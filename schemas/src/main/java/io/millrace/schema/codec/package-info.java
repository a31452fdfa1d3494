/**
 * Bytes to records and back, strictly: what is not a value of its topic is refused with a reason.
 */
@NullMarked
package io.millrace.schema.codec;

import org.jspecify.annotations.NullMarked;
