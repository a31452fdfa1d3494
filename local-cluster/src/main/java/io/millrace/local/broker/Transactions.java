package io.millrace.local.broker;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** The transactions of a Kafka cluster: which are open, what they hold back, and their end. */
public final class Transactions implements AutoCloseable {
  private static final Set<TransactionState> DECIDED =
      EnumSet.of(
          TransactionState.EMPTY,
          TransactionState.COMPLETE_COMMIT,
          TransactionState.COMPLETE_ABORT);

  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final Admin admin;

  /**
   * Connects.
   *
   * @param bootstrap brokers as {@code host:port}, several with commas
   * @param patience how long to wait for an answer
   */
  public Transactions(String bootstrap, Duration patience) {
    String millis = String.valueOf(patience.toMillis());
    admin =
        Admin.create(
            Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millis,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis));
  }

  /**
   * A transaction that is neither committed nor aborted.
   *
   * @param id its transactional id
   * @param state what Kafka calls its state
   * @param producerId the producer id
   * @param epoch the producer's epoch
   * @param startedAtMillis when it got its first record, in milliseconds since the epoch; or -1
   * @param timeoutMillis how long after that Kafka aborts it by itself
   * @param partitions where its records are, in order
   */
  public record Open(
      String id,
      String state,
      long producerId,
      int epoch,
      long startedAtMillis,
      long timeoutMillis,
      List<TopicPartition> partitions) {
    private static Open of(String id, TransactionDescription now) {
      return new Open(
          id,
          now.state().toString(),
          now.producerId(),
          now.producerEpoch(),
          now.transactionStartTimeMs().orElse(-1),
          now.transactionTimeoutMs(),
          ordered(now.topicPartitions()));
    }
  }

  /**
   * What committed reads of a partition can't see yet.
   *
   * @param from the first offset that they can't see: the last stable offset
   * @param offsets how many offsets there are from there to the high watermark
   */
  public record Held(long from, long offsets) {}

  /**
   * The open transactions whose ids start with {@code prefix}, in the order of their ids.
   *
   * @throws IOException where Kafka does not answer, or refuses
   */
  public List<Open> open(String prefix) throws IOException, InterruptedException {
    List<String> ids = new ArrayList<>();
    for (TransactionListing listed :
        TopicAdmin.answer(admin.listTransactions().all(), "listing transactions")) {
      if (listed.transactionalId().startsWith(prefix) && !DECIDED.contains(listed.state())) {
        ids.add(listed.transactionalId());
      }
    }
    Map<String, TransactionDescription> described =
        TopicAdmin.answer(admin.describeTransactions(ids).all(), "describing transactions");
    return described.entrySet().stream()
        .filter(transaction -> !DECIDED.contains(transaction.getValue().state()))
        .map(transaction -> Open.of(transaction.getKey(), transaction.getValue()))
        .sorted(Comparator.comparing(Open::id))
        .toList();
  }

  /**
   * What is held back in the partitions of {@code transactions}. A partition in which nothing is
   * held back, since they have been decided meanwhile, is left out.
   *
   * @throws IOException where Kafka does not answer, or refuses
   */
  public Map<TopicPartition, Held> held(Collection<Open> transactions)
      throws IOException, InterruptedException {
    Set<TopicPartition> partitions =
        transactions.stream()
            .flatMap(transaction -> transaction.partitions().stream())
            .collect(Collectors.toSet());
    Map<TopicPartition, Long> written =
        TopicAdmin.latest(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
    Map<TopicPartition, Held> held = new TreeMap<>(ORDER);
    TopicAdmin.latest(admin, partitions, IsolationLevel.READ_COMMITTED)
        .forEach(
            (partition, stable) -> {
              long offsets = written.getOrDefault(partition, stable) - stable;
              if (offsets > 0) {
                held.put(partition, new Held(stable, offsets));
              }
            });
    return held;
  }

  /**
   * Aborts transactions, and waits until it is done. The producers that had them open can write no
   * more under these ids; a job that restarts takes new ones. What a job's last checkpoint has
   * prepared is lost by this, if the job is to go on from there.
   *
   * @throws IOException where Kafka does not answer, or refuses
   */
  public void abort(Collection<Open> transactions) throws IOException, InterruptedException {
    // Fencing ends a transaction where it is kept, and then in its partitions. An abort of the
    // partitions alone, Kafka's abortTransaction, leaves one behind that can still be committed.
    List<String> ids = transactions.stream().map(Open::id).toList();
    TopicAdmin.answer(admin.fenceProducers(ids).all(), "aborting transactions");
  }

  @Override
  public void close() {
    admin.close();
  }

  private static List<TopicPartition> ordered(Collection<TopicPartition> partitions) {
    return partitions.stream().sorted(ORDER).toList();
  }
}
