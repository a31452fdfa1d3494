/** Web traffic. */
@NullMarked
package io.millrace.schema.web;

import org.jspecify.annotations.NullMarked;
