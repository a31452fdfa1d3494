package io.millrace.operator.reconcile;

import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInfo;

/**
 * What is known of an entry's id: state.
 *
 * @param route the key that its first entry is matched under
 * @param bodies hashes of the bodies that entries with it had, the first first; none where no entry
 *     has come
 * @param waiting decisions that wait for their time
 * @param expiresAt when it is forgotten, in milliseconds since the epoch
 */
@TypeInfo(LedgerType.OfIdentity.class)
public record Identity(long route, List<Long> bodies, List<Resolution> waiting, long expiresAt) {}
