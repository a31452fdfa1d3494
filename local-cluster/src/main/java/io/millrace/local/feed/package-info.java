/** What flows into the topics of a run: files and seeded generators. */
@NullMarked
package io.millrace.local.feed;

import org.jspecify.annotations.NullMarked;
