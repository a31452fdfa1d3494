package io.millrace.connector.kafka;

import io.millrace.connector.kafka.KafkaOptions.LostTransactions;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.metrics.Counter;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's committer, which lets no failed commit pass. The connector logs and drops a
 * transaction that it finds fenced, and so it does with one that is committed already: then Kafka
 * knows which of the two it is.
 */
@SuppressWarnings("try") // What close() throws is for the connector to say.
final class TransactionCommitter implements Committer<PreparedTransaction> {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionCommitter.class);

  private final Committer<KafkaCommittable> kafka;
  private final TransactionalSink sink;
  private final Counter lostTransactions;

  private @Nullable Admin admin;

  TransactionCommitter(
      Committer<KafkaCommittable> kafka, TransactionalSink sink, Counter lostTransactions) {
    this.kafka = kafka;
    this.sink = sink;
    this.lostTransactions = lostTransactions;
  }

  /**
   * Commits what can be.
   *
   * @throws LostTransactionException where rows are lost and the job has not been told to accept it
   */
  @Override
  public void commit(Collection<CommitRequest<PreparedTransaction>> requests)
      throws IOException, InterruptedException {
    List<Attempt> attempts = requests.stream().map(Attempt::new).toList();
    kafka.commit(List.copyOf(attempts));

    List<String> lost = new ArrayList<>();
    List<Attempt> undecided = new ArrayList<>();
    for (Attempt attempt : attempts) {
      if (attempt.failure != null) {
        check(attempt, attempt.failure, lost, undecided);
      }
    }
    if (!lost.isEmpty() && sink.lostTransactions() == LostTransactions.FAIL) {
      throw new LostTransactionException(String.join("\n", lost));
    }
    for (Attempt attempt : undecided) {
      // Flink throws: the job restarts, and this transaction is tried again.
      attempt.request.signalFailedWithUnknownReason(attempt.failure);
    }
  }

  @Override
  public void close() throws Exception {
    IOUtils.closeAll(
        kafka,
        () -> {
          if (admin != null) {
            admin.close(Duration.ZERO);
          }
        });
  }

  private void check(Attempt attempt, Throwable failure, List<String> lost, List<Attempt> undecided)
      throws InterruptedException {
    PreparedTransaction transaction = attempt.request.getCommittable();
    TransactionFate fate;
    try {
      fate = TransactionFate.of(admin(), transaction.kafka());
    } catch (ExecutionException e) {
      failure.addSuppressed(e);
      fate = new TransactionFate(TransactionFate.Outcome.UNDECIDED, "Kafka does not answer");
    }
    String id = transaction.kafka().getTransactionalId();
    switch (fate.outcome()) {
      case COMMITTED -> {
        LOG.info("Transaction {} is not lost: {}", id, fate.finding());
        attempt.signalAlreadyCommitted();
      }
      case UNDECIDED -> {
        LOG.warn("Transaction {} will be tried again: {}", id, fate.finding());
        undecided.add(attempt);
      }
      case LOST -> {
        String loss = describe(transaction, fate);
        LOG.error("{}", loss, failure);
        lostTransactions.inc();
        lost.add(loss);
        attempt.request.signalFailedWithKnownReason(failure);
      }
    }
  }

  private String describe(PreparedTransaction transaction, TransactionFate fate)
      throws InterruptedException {
    String rows =
        transaction.rows() == PreparedTransaction.UNKNOWN
            ? "an unknown number of rows"
            : String.format(
                "%d rows, prepared at %s",
                transaction.rows(), Instant.ofEpochMilli(transaction.preparedAtMillis()));
    return String.format(
        "Rows of a complete checkpoint are lost. Sink: %s. Topic: %s. Transactional id: %s, of the"
            + " first complete checkpoint after %d, with %s. Cause: %s. Input: records of consumer"
            + " group %s from %s on; the group stands at %s, which may be before their end. Next:"
            + " write these rows again, then start the job from its last checkpoint with --%s %s;"
            + " jobs/docs/runbook.md, \"Lost and lingering transactions\", says how",
        sink.uid(),
        sink.topic(),
        transaction.kafka().getTransactionalId(),
        transaction.afterCheckpoint(),
        rows,
        fate.finding(),
        sink.group(),
        transaction.inputFrom().isEmpty()
            ? "where the job started"
            : GroupPosition.text(transaction.inputFrom()),
        groupNow(),
        KafkaOptions.LOST_TRANSACTIONS.key(),
        LostTransactions.ACCEPT);
  }

  private String groupNow() throws InterruptedException {
    try {
      Map<TopicPartition, Long> offsets = GroupPosition.of(admin(), sink.group());
      return offsets.isEmpty() ? "no offset" : GroupPosition.text(offsets);
    } catch (ExecutionException e) {
      LOG.warn("Where consumer group {} stands can't be read", sink.group(), e);
      return "an unknown offset";
    }
  }

  private Admin admin() {
    if (admin == null) {
      admin = Admin.create(sink.adminProperties());
    }
    return admin;
  }

  /** A transaction as the connector commits it; what it gives up is noted instead of dropped. */
  private static final class Attempt implements CommitRequest<KafkaCommittable> {
    private final CommitRequest<PreparedTransaction> request;
    private @Nullable Throwable failure;

    Attempt(CommitRequest<PreparedTransaction> request) {
      this.request = request;
    }

    @Override
    public KafkaCommittable getCommittable() {
      return request.getCommittable().kafka();
    }

    @Override
    public int getNumberOfRetries() {
      return request.getNumberOfRetries();
    }

    @Override
    public void signalFailedWithKnownReason(Throwable reason) {
      failure = reason;
    }

    @Override
    public void signalFailedWithUnknownReason(Throwable reason) {
      failure = reason;
    }

    @Override
    public void retryLater() {
      request.retryLater();
    }

    @Override
    public void updateAndRetryLater(KafkaCommittable changed) {
      PreparedTransaction transaction = request.getCommittable();
      request.updateAndRetryLater(
          new PreparedTransaction(
              changed,
              transaction.rows(),
              transaction.preparedAtMillis(),
              transaction.inputFrom()));
    }

    @Override
    public void signalAlreadyCommitted() {
      request.signalAlreadyCommitted();
    }

    @Override
    public String toString() {
      return getCommittable().toString();
    }
  }
}
