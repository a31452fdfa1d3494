/** State that outlives a version of a job. */
@NullMarked
package io.millrace.operator.state;

import org.jspecify.annotations.NullMarked;
