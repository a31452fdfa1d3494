/** Jobs over what people listen to. */
@NullMarked
package io.millrace.job.listening;

import org.jspecify.annotations.NullMarked;
