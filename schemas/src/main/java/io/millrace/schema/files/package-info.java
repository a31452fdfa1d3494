/** Files that came in, and what their rows say. */
@NullMarked
package io.millrace.schema.files;

import org.jspecify.annotations.NullMarked;
