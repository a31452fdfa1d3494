package io.millrace.local.fault;

import io.millrace.local.broker.TopicAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Waits until a job has published all that it will for what it was fed: it has read its input to
 * the end, two checkpoints begun after that are complete, and no transaction is open, so that each
 * partition's last stable offset is its end.
 */
public final class Settling {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Watermarks are sent every 200 ms; after this even a slow one is at the sinks. */
  private static final Duration WATERMARK_TIME = Duration.ofSeconds(3);

  private final TopicAdmin topics;
  private final JobWatch watch;
  private final String group;

  /** For the job that reads as the consumer group {@code group}. */
  public Settling(TopicAdmin topics, JobWatch watch, String group) {
    this.topics = topics;
    this.watch = watch;
    this.group = group;
  }

  /**
   * Waits.
   *
   * @return the ends of the partitions of {@code outputs}
   * @throws IOException where it takes longer than {@code limit}; the message says what was missing
   */
  public Map<TopicPartition, Long> await(
      Collection<String> inputs, Collection<String> outputs, Duration limit)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    Map<TopicPartition, Long> wanted = topics.ends(topics.partitions(inputs));
    while (!isRead(wanted)) {
      sleep(deadline, "the job has not read its input to the end: " + wanted);
    }
    for (int checkpoint = 0; checkpoint < 2; checkpoint++) {
      long since = System.currentTimeMillis() + (checkpoint == 0 ? WATERMARK_TIME.toMillis() : 0);
      while (!watch.hasCheckpointSince(since)) {
        sleep(deadline, "the job completes no checkpoint");
      }
    }
    Set<TopicPartition> partitions = topics.partitions(outputs);
    while (true) {
      Map<TopicPartition, Long> ends = topics.ends(partitions);
      if (topics.stableEnds(partitions).equals(ends)) {
        return ends;
      }
      sleep(deadline, "transactions are still open in " + outputs);
    }
  }

  private boolean isRead(Map<TopicPartition, Long> wanted)
      throws IOException, InterruptedException {
    Map<TopicPartition, Long> committed = topics.committed(group);
    return wanted.entrySet().stream()
        .allMatch(end -> end.getValue().equals(committed.get(end.getKey())));
  }

  private static void sleep(long deadline, String missing)
      throws IOException, InterruptedException {
    if (System.nanoTime() > deadline) {
      throw new IOException(missing);
    }
    Thread.sleep(POLL.toMillis());
  }
}
