/** Files that came in and what their rows say, and files that were written. */
@NullMarked
package io.millrace.schema.files;

import org.jspecify.annotations.NullMarked;
