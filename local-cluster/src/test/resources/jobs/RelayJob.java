package io.millrace.testjob;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Copies web.requests into heavy-hitters.rankings, exactly once; fails where it is told to. */
public final class RelayJob {
  private static final List<String> OUTPUTS =
      List.of("heavy-hitters.rankings", "heavy-hitters.late", "web.requests.dlq");

  private RelayJob() {}

  public static void main(String[] args) throws Exception {
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < args.length; i += 2) {
      options.put(args[i].substring(2), args[i + 1]);
    }
    if (options.getOrDefault("window", "5m").equals("soon")) {
      throw new ProgramParametrizationException("invalid value for --window: \"soon\"");
    }
    String bootstrap = options.get("bootstrap");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
      admin
          .createTopics(
              OUTPUTS.stream()
                  .map(name -> new NewTopic(name, Optional.of(4), Optional.empty()))
                  .collect(Collectors.toList()))
          .all()
          .get();
    }

    String failOn = options.getOrDefault("fail-on", "");
    KafkaSourceBuilder<String> source =
        KafkaSource.<String>builder()
            .setBootstrapServers(bootstrap)
            .setTopics("web.requests")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new SimpleStringSchema());
    if (options.get("bounded").equals("true")) {
      source.setBounded(OffsetsInitializer.latest());
    }
    KafkaSink<String> sink =
        KafkaSink.<String>builder()
            .setBootstrapServers(bootstrap)
            .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
            .setTransactionalIdPrefix("relay")
            .setProperty("transaction.timeout.ms", String.valueOf(Duration.ofMinutes(10).toMillis()))
            .setRecordSerializer(
                KafkaRecordSerializationSchema.builder()
                    .setTopic("heavy-hitters.rankings")
                    .setValueSerializationSchema(new SimpleStringSchema())
                    .build())
            .build();
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.fromSource(source.build(), WatermarkStrategy.noWatermarks(), "requests")
        .uid("requests")
        .map(
            value -> {
              if (!failOn.isEmpty() && value.contains(failOn)) {
                throw new IllegalStateException("told to fail on " + failOn);
              }
              return value;
            })
        .returns(String.class)
        .uid("relay")
        .sinkTo(sink)
        .uid("rankings");
    env.execute("relay");
  }
}
