/** Jobs over web traffic. */
@NullMarked
package io.millrace.job.web;

import org.jspecify.annotations.NullMarked;
