package io.millrace.connector.kafka;

import io.millrace.schema.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks, before a job starts, that Kafka has what the job needs. */
public final class KafkaTopics {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaTopics.class);

  private static final Duration VISIBLE_LIMIT = Duration.ofSeconds(20);
  private static final Duration VISIBLE_POLL = Duration.ofMillis(50);

  private KafkaTopics() {}

  /**
   * Makes sure that every topic exists, that those the job writes take the largest row that it may
   * send, and that the broker allows the transaction timeout of its sinks. Topics that are missing
   * are created where {@link KafkaOptions#CREATE_TOPICS} says so, with the broker's default
   * replication. A limit that the broker does not show to this user goes unchecked.
   *
   * @throws IllegalArgumentException where the broker can't be reached within 20 s ({@code
   *     kafka.default.api.timeout.ms}), topics are missing or a limit is too low; the message says
   *     what to do
   */
  public static void prepare(Configuration config, Collection<Topic<?>> topics) {
    try (Admin admin = Admin.create(KafkaOptions.adminProperties(config))) {
      requireTopics(admin, config, topics);
      List<Topic<?>> outputs =
          topics.stream().filter(topic -> topic.lane() != Topic.Lane.INPUT).toList();
      requireRoomForRows(admin, config, outputs);
      if (!outputs.isEmpty() && KafkaOptions.guarantee(config) == DeliveryGuarantee.EXACTLY_ONCE) {
        requireTransactionTimeout(admin, config);
      }
    } catch (ExecutionException | KafkaException e) {
      throw refused(config, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka for its topics", e);
    }
  }

  private static void requireTopics(Admin admin, Configuration config, Collection<Topic<?>> topics)
      throws ExecutionException, InterruptedException {
    List<Topic<?>> missing = new ArrayList<>();
    for (Topic<?> topic : topics) {
      if (!exists(admin, deployedName(config, topic))) {
        missing.add(topic);
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    if (!config.get(KafkaOptions.CREATE_TOPICS)) {
      throw new IllegalArgumentException(
          missing.stream()
              .map(topic -> createCommand(config, topic))
              .collect(
                  Collectors.joining(
                      "\n  ",
                      "topics are missing; create them, or start with --"
                          + KafkaOptions.CREATE_TOPICS.key()
                          + " true:\n  ",
                      "")));
    }
    for (Topic<?> topic : missing) {
      create(admin, config, topic);
    }
    awaitTopics(admin, missing.stream().map(topic -> deployedName(config, topic)).toList());
  }

  /** What the controller has created reaches the brokers a little later. */
  private static void awaitTopics(Admin admin, List<String> topics)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + VISIBLE_LIMIT.toNanos();
    for (String topic : topics) {
      while (!exists(admin, topic)) {
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("topic " + topic + " was created but no broker shows it");
        }
        Thread.sleep(VISIBLE_POLL.toMillis());
      }
    }
  }

  private static boolean exists(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    try {
      admin.describeTopics(List.of(topic)).allTopicNames().get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  private static void create(Admin admin, Configuration config, Topic<?> topic)
      throws ExecutionException, InterruptedException {
    NewTopic created =
        new NewTopic(deployedName(config, topic), Optional.of(topic.partitions()), Optional.empty())
            .configs(Map.of("cleanup.policy", cleanupPolicy(topic)));
    try {
      admin.createTopics(List.of(created)).all().get();
    } catch (ExecutionException e) {
      // Another job that starts at the same moment may need the same topic.
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static void requireRoomForRows(Admin admin, Configuration config, List<Topic<?>> outputs)
      throws ExecutionException, InterruptedException {
    long most = KafkaOptions.maxRequestBytes(config);
    for (Topic<?> topic : outputs) {
      String name = deployedName(config, topic);
      OptionalLong limit =
          limit(admin, new ConfigResource(ConfigResource.Type.TOPIC, name), "max.message.bytes");
      if (most > limit.orElse(Long.MAX_VALUE)) {
        throw new IllegalArgumentException(
            String.format(
                "the job may send rows of %d bytes to topic %s, which takes %d (its"
                    + " max.message.bytes); lower --kafka.max.request.size or raise the topic's"
                    + " limit",
                most, name, limit.getAsLong()));
      }
    }
  }

  private static void requireTransactionTimeout(Admin admin, Configuration config)
      throws ExecutionException, InterruptedException {
    String name = "transaction.max.timeout.ms";
    Node node = admin.describeCluster().nodes().get().iterator().next();
    OptionalLong limit =
        limit(admin, new ConfigResource(ConfigResource.Type.BROKER, node.idString()), name);
    long asked = KafkaOptions.transactionTimeoutMillis(config);
    if (asked > limit.orElse(Long.MAX_VALUE)) {
      throw new IllegalArgumentException(
          String.format(
              "the sinks ask for transactions of %d ms and the broker allows %d ms (its %s); lower"
                  + " --kafka.transaction.timeout.ms or raise the broker's limit; keep it above the"
                  + " longest checkpoint plus the longest restart, or committed results can be"
                  + " lost",
              asked, limit.getAsLong(), name));
    }
  }

  /** A numeric setting of a topic or broker; empty where it is not shown to this user. */
  private static OptionalLong limit(Admin admin, ConfigResource resource, String name)
      throws ExecutionException, InterruptedException {
    try {
      ConfigEntry entry =
          admin.describeConfigs(List.of(resource)).all().get().values().iterator().next().get(name);
      if (entry != null && entry.value() != null) {
        return OptionalLong.of(Long.parseLong(entry.value()));
      }
    } catch (ExecutionException e) {
      // A topic that was just created may not be known to every broker yet.
      if (!(e.getCause() instanceof AuthorizationException
          || e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
    LOG.warn("{} of {} is not shown to this user and goes unchecked", name, resource);
    return OptionalLong.empty();
  }

  private static IllegalArgumentException refused(Configuration config, Exception e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message =
        cause instanceof TimeoutException
            ? "no answer from Kafka at %s; check --%s, and --kafka.security.protocol and its"
                + " companions if the brokers ask for them (%s)"
            : "Kafka at %s (--%s) can't be used: %s";
    return new IllegalArgumentException(
        String.format(
            message,
            config.get(KafkaOptions.BOOTSTRAP),
            KafkaOptions.BOOTSTRAP.key(),
            cause.getMessage()),
        e);
  }

  private static String createCommand(Configuration config, Topic<?> topic) {
    return String.format(
        "kafka-topics.sh --bootstrap-server %s --create --topic %s --partitions %d"
            + " --config cleanup.policy=%s",
        config.get(KafkaOptions.BOOTSTRAP),
        deployedName(config, topic),
        topic.partitions(),
        cleanupPolicy(topic));
  }

  private static String deployedName(Configuration config, Topic<?> topic) {
    return KafkaOptions.deployedName(config, topic.name());
  }

  private static String cleanupPolicy(Topic<?> topic) {
    return topic.cleanup().name().toLowerCase(Locale.ROOT);
  }
}
