/** Files as streams of rows: where they lie, what they look like, and each of them once. */
@NullMarked
package io.millrace.connector.files;

import org.jspecify.annotations.NullMarked;
