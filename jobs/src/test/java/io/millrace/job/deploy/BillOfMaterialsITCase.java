package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bill of materials tells of what is in the jar, and the same at every build. */
class BillOfMaterialsITCase {
  private static final String TIMESTAMP = "project.build.outputTimestamp";
  private static final Map<String, JsonNode> COMPONENTS = new HashMap<>();

  private static JsonNode bill;

  @BeforeAll
  static void read() throws Exception {
    bill = JsonMapper.builder().build().readTree(Path.of("target/millrace-jobs.cdx.json").toFile());
    for (JsonNode each : bill.get("components")) {
      COMPONENTS.put(each.path("group").asText() + ":" + each.get("name").asText(), each);
    }
  }

  @Test
  void components_areWhatTheJarHolds() throws Exception {
    String kafkaVersion = Deploy.property("kafka.version");
    assertThat(COMPONENTS)
        .containsKeys(
            "io.millrace:millrace-schemas",
            "io.millrace:millrace-operators",
            "io.millrace:millrace-connectors",
            "org.apache.flink:flink-connector-kafka",
            "redis.clients:jedis",
            "org.postgresql:postgresql");
    assertThat(COMPONENTS)
        .hasEntrySatisfying(
            "org.apache.kafka:kafka-clients",
            kafka -> assertThat(kafka.get("version").asText()).isEqualTo(kafkaVersion));
    assertThat(COMPONENTS.keySet())
        .as("of the cluster or of tests")
        .doesNotContain(
            "org.apache.flink:flink-runtime",
            "org.apache.flink:flink-streaming-java",
            "org.apache.kafka:kafka_2.13",
            "org.junit.jupiter:junit-jupiter",
            "io.millrace:millrace-local-cluster");
  }

  @Test
  void components_canBeLookedUp() {
    COMPONENTS.forEach(
        (name, component) -> {
          assertThat(component.path("purl").asText()).as(name).startsWith("pkg:maven/");
          assertThat(component.path("version").asText()).as(name).isNotEmpty();
          if (!name.startsWith("io.millrace:")) {
            assertThat(component.path("hashes").toString()).as(name).contains("SHA-256");
          }
        });
  }

  @Test
  void bill_hasNothingThatTwoBuildsWouldTellOtherwise() throws Exception {
    assertThat(bill.get("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bill.has("serialNumber")).isFalse();
    assertThat(bill.at("/metadata/timestamp").asText(Deploy.property(TIMESTAMP)))
        .isEqualTo(Deploy.property(TIMESTAMP));
    assertThat(bill.at("/metadata/component/version").asText()).isEqualTo(Deploy.release());
  }
}
