/** Requests that are limited in number, the rules that limit them and what comes of it. */
@NullMarked
package io.millrace.schema.ratelimit;

import org.jspecify.annotations.NullMarked;
