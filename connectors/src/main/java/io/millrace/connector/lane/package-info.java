/** What sources and sinks of all systems say of records that they refuse. */
@NullMarked
package io.millrace.connector.lane;

import org.jspecify.annotations.NullMarked;
