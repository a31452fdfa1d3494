/** Money that moves, and the ledgers that tell of it. */
@NullMarked
package io.millrace.schema.payments;

import org.jspecify.annotations.NullMarked;
