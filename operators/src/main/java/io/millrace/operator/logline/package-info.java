/** What lines of logs say: parsers without a stream, which refuse rather than guess. */
@NullMarked
package io.millrace.operator.logline;

import org.jspecify.annotations.NullMarked;
