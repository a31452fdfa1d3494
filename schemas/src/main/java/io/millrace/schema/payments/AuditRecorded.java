package io.millrace.schema.payments;

import io.millrace.schema.codec.RawJson;

/**
 * One decision in a chain of hashes: none before it can be changed or left out without breaking the
 * chain.
 *
 * @param chain number of the chain, from 0 to 15
 * @param seq its place in the chain, from 0
 * @param prevHash hash of the one before; of the first 64 zeros
 * @param hash SHA-256 of {@code prevHash}, and then {@code chain}, {@code seq}, {@code at}, {@code
 *     kind} and {@code body}, each after a line feed; in hexadecimal digits
 * @param at when it was decided, in milliseconds since the epoch
 * @param kind match, break or resolution
 * @param body the row that was published, or a {@link ResolutionAnswered}
 */
public record AuditRecorded(
    String chain,
    long seq,
    String prevHash,
    String hash,
    long at,
    String kind,
    @RawJson String body) {}
