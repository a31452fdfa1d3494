/** Entries of ledgers are matched, and what can't be matched becomes a break. */
@NullMarked
package io.millrace.operator.reconcile;

import org.jspecify.annotations.NullMarked;
