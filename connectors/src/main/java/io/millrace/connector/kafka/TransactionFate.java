package io.millrace.connector.kafka;

import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/**
 * What became of a prepared transaction, as the broker tells it.
 *
 * @param outcome whether its rows are there
 * @param finding what the broker said, for people
 */
record TransactionFate(Outcome outcome, String finding) {
  /*
   * Why a commit can't be mistaken. Ids are never handed out again by a restore: it starts with the
   * id after its checkpoint's, and ids of prepared transactions are not above it. Should an id be
   * taken again all the same, by a job that starts from nothing or from an older checkpoint, the
   * broker first aborts what is open under it, which raises the epoch by one, and then gives the
   * newcomer one more. An abort by timeout raises it too. So a commit under the epoch of the
   * transaction is its own, and so is all that is no abort under the next one. That one is what the
   * commit itself leaves behind since transaction.version 2, or what the client asks for after it:
   * one that resumes a transaction commits it by the older protocol, and where it has learnt in
   * between that the broker knows the newer one, it takes a new epoch at once.
   *
   * The other way round a commit can go unseen: the broker has forgotten the id (by default after
   * seven days), the id was taken again after the commit, or the commit used up the last epoch of
   * the producer id and left a new one behind (one in 32 thousand runs of one id). That is reported
   * as a loss, since silence would be worse.
   */

  /** Whether the rows of a transaction are there. */
  enum Outcome {
    /** Committed readers see them, or will without our help. */
    COMMITTED,
    /** Not yet, but they can still be committed, or the broker can't tell. */
    UNDECIDED,
    /** No committed reader will ever see them. */
    LOST
  }

  /**
   * Asks the broker.
   *
   * @throws ExecutionException where it can't answer
   */
  static TransactionFate of(Admin admin, KafkaCommittable transaction)
      throws ExecutionException, InterruptedException {
    String id = transaction.getTransactionalId();
    try {
      return judged(transaction, admin.describeTransactions(List.of(id)).description(id).get());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TransactionalIdNotFoundException) {
        return new TransactionFate(Outcome.LOST, "Kafka does not know the id, or no longer");
      }
      throw e;
    }
  }

  private static TransactionFate judged(KafkaCommittable transaction, TransactionDescription now) {
    boolean sameProducer = now.producerId() == transaction.getProducerId();
    boolean sameEpoch = sameProducer && now.producerEpoch() == transaction.getEpoch();
    boolean nextEpoch = sameProducer && now.producerEpoch() == transaction.getEpoch() + 1;
    String seen =
        String.format(
            "state %s, producer %d, epoch %d; prepared as producer %d, epoch %d",
            now.state(),
            now.producerId(),
            now.producerEpoch(),
            transaction.getProducerId(),
            transaction.getEpoch());
    TransactionState state = now.state();
    boolean committed =
        state == TransactionState.PREPARE_COMMIT || state == TransactionState.COMPLETE_COMMIT;
    boolean goneOn = state == TransactionState.EMPTY || state == TransactionState.ONGOING;
    if ((sameEpoch && committed) || (nextEpoch && (committed || goneOn))) {
      return new TransactionFate(Outcome.COMMITTED, "Kafka has committed it (" + seen + ")");
    }
    if (state == TransactionState.UNKNOWN || (sameEpoch && state == TransactionState.ONGOING)) {
      return new TransactionFate(Outcome.UNDECIDED, "Kafka has not decided it (" + seen + ")");
    }
    boolean aborted =
        state == TransactionState.PREPARE_ABORT
            || state == TransactionState.COMPLETE_ABORT
            || state == TransactionState.PREPARE_EPOCH_FENCE;
    return new TransactionFate(
        Outcome.LOST,
        (aborted ? "Kafka has aborted it (" : "another producer has taken its id (") + seen + ")");
  }
}
