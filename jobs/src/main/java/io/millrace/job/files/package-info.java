/** Jobs about files that come in and go out. */
@NullMarked
package io.millrace.job.files;

import org.jspecify.annotations.NullMarked;
