/** Jobs about files that come in. */
@NullMarked
package io.millrace.job.files;

import org.jspecify.annotations.NullMarked;
