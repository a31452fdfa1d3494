/** Writes streams to stores, of whatever kind, so that a replay changes nothing. */
@NullMarked
package io.millrace.connector.store;

import org.jspecify.annotations.NullMarked;
