package io.millrace.local.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Topics that a run has written, so that the next one starts from nothing. */
final class SpentTopics {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(20);

  private SpentTopics() {}

  /** Deletes topics with all that is in them, and waits until Kafka no longer lists them. */
  static void delete(String bootstrap, Collection<String> topics)
      throws IOException, InterruptedException {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
      admin.deleteTopics(topics).all().get();
      // They must not be asked for by name meanwhile: one that is gone by then is an error.
      while (!Collections.disjoint(admin.listTopics().names().get(), topics)) {
        TimeUnit.NANOSECONDS.sleep(LOOK_INTERVAL.toNanos());
      }
    } catch (ExecutionException e) {
      throw new IOException("deleting topics failed: " + e.getCause(), e);
    }
  }
}
