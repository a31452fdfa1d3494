/** Files that are kept: rows by the day, each once, with a list of what is in them. */
@NullMarked
package io.millrace.connector.archive;

import org.jspecify.annotations.NullMarked;
