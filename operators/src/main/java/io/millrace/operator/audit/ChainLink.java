package io.millrace.operator.audit;

/**
 * An item in its chain.
 *
 * @param chain number of the chain
 * @param seq place in the chain, from 0
 * @param prevHash hash of the link before; of the first {@link HashChain#START}
 * @param hash of this link: {@link HashChain#next}
 * @param at when the item came, in milliseconds since the epoch
 * @param item the item
 */
public record ChainLink(
    int chain, long seq, String prevHash, String hash, long at, AuditItem item) {}
