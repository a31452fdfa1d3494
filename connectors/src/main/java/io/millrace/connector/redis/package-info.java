/** Redis as a store of absolute values with versions. */
@NullMarked
package io.millrace.connector.redis;

import org.jspecify.annotations.NullMarked;
