/** The live dashboard: a web page that shows jobs from their topics alone. */
@NullMarked
package io.millrace.local.dashboard;

import org.jspecify.annotations.NullMarked;
