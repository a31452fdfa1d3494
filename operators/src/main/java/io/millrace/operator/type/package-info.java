/** Types of streams whose values never change, with serializers written by hand. */
@NullMarked
package io.millrace.operator.type;

import org.jspecify.annotations.NullMarked;
