/** The parts of a cluster as processes of their own, which can be killed, stopped and replaced. */
@NullMarked
package io.millrace.local.process;

import org.jspecify.annotations.NullMarked;
