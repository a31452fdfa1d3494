/** The program of OpenSearch's process. */
@NullMarked
package io.millrace.local.opensearch;

import org.jspecify.annotations.NullMarked;
