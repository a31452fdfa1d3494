/** Files of media that were uploaded. */
@NullMarked
package io.millrace.schema.media;

import org.jspecify.annotations.NullMarked;
