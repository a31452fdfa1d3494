/** Cassandra as a store of rows, each written with a time that follows from data. */
@NullMarked
package io.millrace.connector.cassandra;

import org.jspecify.annotations.NullMarked;
