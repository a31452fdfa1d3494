/** OpenSearch as a store of documents, each with a version that follows from data. */
@NullMarked
package io.millrace.connector.opensearch;

import org.jspecify.annotations.NullMarked;
