/** What a run takes from the machine it is on: ports, processes and its directory. */
@NullMarked
package io.millrace.local.host;

import org.jspecify.annotations.NullMarked;
