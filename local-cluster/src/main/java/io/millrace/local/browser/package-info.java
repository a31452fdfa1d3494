/** A browser for tests of pages. */
@NullMarked
package io.millrace.local.browser;

import org.jspecify.annotations.NullMarked;
