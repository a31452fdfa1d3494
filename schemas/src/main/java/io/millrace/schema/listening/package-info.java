/** What people listen to. */
@NullMarked
package io.millrace.schema.listening;

import org.jspecify.annotations.NullMarked;
