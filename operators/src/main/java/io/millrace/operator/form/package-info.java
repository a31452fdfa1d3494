/** How what is counted is written as bytes and read again. */
@NullMarked
package io.millrace.operator.form;

import org.jspecify.annotations.NullMarked;
