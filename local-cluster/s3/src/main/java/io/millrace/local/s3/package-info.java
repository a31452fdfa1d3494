/** The program of the S3 endpoint's process. */
@NullMarked
package io.millrace.local.s3;

import org.jspecify.annotations.NullMarked;
