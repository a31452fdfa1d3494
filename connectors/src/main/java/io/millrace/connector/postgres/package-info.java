/** PostgreSQL as a store of rows with versions. */
@NullMarked
package io.millrace.connector.postgres;

import org.jspecify.annotations.NullMarked;
