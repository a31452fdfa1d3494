/** Logs that come in by HTTP. */
@NullMarked
package io.millrace.local.intake;

import org.jspecify.annotations.NullMarked;
