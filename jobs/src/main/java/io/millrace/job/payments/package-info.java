/** Jobs over money that moves. */
@NullMarked
package io.millrace.job.payments;

import org.jspecify.annotations.NullMarked;
