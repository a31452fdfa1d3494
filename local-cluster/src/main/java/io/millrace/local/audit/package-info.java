/** Chains of hashes are checked. */
@NullMarked
package io.millrace.local.audit;

import org.jspecify.annotations.NullMarked;
