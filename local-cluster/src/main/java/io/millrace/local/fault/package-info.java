/**
 * The fault harness: does harm to a running job by a seeded schedule, and proves from an external
 * ledger of its input whether anything was lost or published twice.
 */
@NullMarked
package io.millrace.local.fault;

import org.jspecify.annotations.NullMarked;
