/** How long what is searched stays in the hot tier, once the cold one has it. */
@NullMarked
package io.millrace.local.retention;

import org.jspecify.annotations.NullMarked;
