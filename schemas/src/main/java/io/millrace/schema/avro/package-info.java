/** The Avro form of records. */
@NullMarked
package io.millrace.schema.avro;

import org.jspecify.annotations.NullMarked;
