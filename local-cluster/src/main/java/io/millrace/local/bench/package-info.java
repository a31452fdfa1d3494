/**
 * Benchmarks of whole jobs: interleaved timed runs, each checked, as ratios to a floor and to
 * peers.
 */
@NullMarked
package io.millrace.local.bench;

import org.jspecify.annotations.NullMarked;
