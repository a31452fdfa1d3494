/** What services log, how it is read, and what comes of it. */
@NullMarked
package io.millrace.schema.logs;

import org.jspecify.annotations.NullMarked;
