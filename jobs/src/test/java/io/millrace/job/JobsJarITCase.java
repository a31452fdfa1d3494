package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.catalogue.JobCatalogue;
import java.io.IOException;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What must and must not be in the jar that users submit. */
class JobsJarITCase {
  private static JarFile jar;

  @BeforeAll
  static void open() throws IOException {
    jar = new JarFile("target/millrace-jobs.jar");
  }

  @AfterAll
  static void close() throws IOException {
    jar.close();
  }

  @Test
  void jar_holdsJobsConnectorsAndClients() {
    assertThat(entries())
        .contains(
            JobCatalogue.RESOURCE,
            "io/millrace/job/web/HeavyHittersJob.class",
            "org/apache/flink/connector/kafka/source/KafkaSource.class",
            "org/apache/flink/connector/base/DeliveryGuarantee.class",
            "org/apache/flink/formats/parquet/ParquetWriterFactory.class",
            "org/apache/parquet/avro/AvroParquetWriter.class",
            "redis/clients/jedis/Jedis.class",
            "com/fasterxml/jackson/core/JsonFactory.class");
  }

  @Test
  void jar_holdsNothingThatTheClusterGives() {
    assertThat(entries())
        .noneMatch(name -> name.startsWith("org/apache/flink/streaming/api/datastream/"))
        .noneMatch(name -> name.startsWith("org/apache/flink/runtime/"))
        .noneMatch(name -> name.startsWith("org/apache/flink/contrib/"))
        .noneMatch(name -> name.startsWith("org/apache/hadoop/"))
        .noneMatch(name -> name.startsWith("org/slf4j/"))
        .noneMatch(name -> name.startsWith("org/apache/logging/"))
        .noneMatch(name -> name.startsWith("io/millrace/local/"))
        .noneMatch(name -> name.matches("log4j.*\\.(properties|xml)"))
        .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"));
  }

  @Test
  void services_ofAllConnectorsAreMerged() throws IOException {
    ZipEntry factories =
        jar.getEntry("META-INF/services/org.apache.kafka.common.config.provider.ConfigProvider");
    assertThat(factories).isNotNull();
    try (var in = jar.getInputStream(factories)) {
      assertThat(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .contains("FileConfigProvider");
    }
  }

  private static List<String> entries() {
    return jar.stream().map(ZipEntry::getName).toList();
  }
}
