package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Container;
import io.millrace.connector.kafka.KafkaOptions;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.job.JobGraphs;
import io.millrace.job.catalogue.JobCatalogue;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.JobState;
import org.apache.flink.kubernetes.operator.api.spec.UpgradeMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The manifests are those of the catalogue, and what the operator, the jobs and Flink read in them
 * is what they mean. {@code -Ddeploy.update=true} writes them anew.
 */
class ManifestTest {
  private static final List<Class<?>> OPTIONS =
      List.of(
          CheckpointingOptions.class,
          HighAvailabilityOptions.class,
          PipelineOptions.class,
          RestartStrategyOptions.class,
          StateBackendOptions.class,
          TaskManagerOptions.class,
          WebOptions.class);

  /** As the operator reads, but for fields that its classes do not have, which are refused. */
  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .annotationIntrospector(new NothingIgnored())
          .build();

  private static final class NothingIgnored extends JacksonAnnotationIntrospector {
    private static final long serialVersionUID = 1L;

    @Override
    public JsonIgnoreProperties.Value findPropertyIgnoralByName(
        MapperConfig<?> config, Annotated annotated) {
      return super.findPropertyIgnoralByName(config, annotated).withoutIgnoreUnknown();
    }

    @Override
    public Boolean hasAnySetter(Annotated annotated) {
      return false;
    }
  }

  static List<JobDescription> jobs() {
    return JobCatalogue.ALL;
  }

  private static Path file(JobDescription job) {
    return Deploy.DIRECTORY.resolve("kubernetes/" + job.name() + ".yaml");
  }

  /**
   * Reads a manifest but for {@code flinkVersion}: the newest classes that are published know no
   * Flink 2.
   */
  private static FlinkDeployment read(JsonNode manifest) throws JsonProcessingException {
    JsonNode known = manifest.deepCopy();
    ((ObjectNode) known.get("spec")).remove("flinkVersion");
    return STRICT.treeToValue(known, FlinkDeployment.class);
  }

  private static FlinkDeploymentSpec spec(JobDescription job) throws Exception {
    return read(Deploy.yaml(file(job))).getSpec();
  }

  private static Configuration flink(FlinkDeploymentSpec spec) {
    Map<String, String> settings = new HashMap<>();
    JsonNode read = STRICT.valueToTree(spec.getFlinkConfiguration());
    read.properties().forEach(each -> settings.put(each.getKey(), each.getValue().asText()));
    return Configuration.fromMap(settings);
  }

  @BeforeAll
  static void update() throws Exception {
    if (Boolean.getBoolean("deploy.update")) {
      for (JobDescription job : jobs()) {
        Files.writeString(file(job), Deploy.manifest(job).text());
      }
    }
  }

  @Test
  void directory_hasAManifestForEachJobAndNothingElse() throws Exception {
    assertThat(Deploy.names("kubernetes"))
        .containsExactlyInAnyOrderElementsOf(
            jobs().stream().map(job -> job.name() + ".yaml").toList());
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void manifest_ofAJob_isThatOfTheCatalogue(JobDescription job) throws Exception {
    assertThat(file(job))
        .as("made from the code; -Ddeploy.update=true writes it anew")
        .hasContent(Deploy.manifest(job).text());
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void manifest_readByTheOperatorsClasses_saysWhatRuns(JobDescription job) throws Exception {
    JsonNode manifest = Deploy.yaml(file(job));
    FlinkDeployment deployment = read(manifest);
    FlinkDeploymentSpec spec = deployment.getSpec();

    assertThat(deployment.getApiVersion())
        .isEqualTo(new FlinkDeployment().getApiVersion())
        .isEqualTo("flink.apache.org/v1beta1");
    assertThat(deployment.getKind()).isEqualTo(new FlinkDeployment().getKind());
    assertThat(deployment.getMetadata().getName()).isEqualTo(job.name());
    assertThat(spec.getImage()).isEqualTo(Manifest.IMAGE + ":" + Deploy.release());
    assertThat(Deploy.property("flink.version"))
        .startsWith(
            manifest.at("/spec/flinkVersion").asText().substring(1).replace('_', '.') + ".");
    assertThat(spec.getJob().getJarURI()).isEqualTo("local://" + Manifest.JAR);
    assertThat(spec.getJob().getEntryClass()).isEqualTo(job.mainClass().getName());
    assertThat(job.mainClass().getMethod("main", String[].class)).isNotNull();
    assertThat(spec.getJob().getUpgradeMode()).isEqualTo(UpgradeMode.SAVEPOINT);
    assertThat(spec.getJob().getState()).isEqualTo(JobState.RUNNING);
    assertThat(spec.getJob().getAllowNonRestoredState()).isNull();
    assertThat(spec.getJob().getParallelism())
        .isPositive()
        .isLessThanOrEqualTo(JobEnvironment.MAX_PARALLELISM);
    Container container = spec.getPodTemplate().getSpec().getContainers().get(0);
    assertThat(container.getName()).isEqualTo("flink-main-container");
    assertThat(container.getPorts()).extracting("containerPort").contains(Manifest.METRICS_PORT);
    assertThat(spec.getPodTemplate().getSpec().getVolumes())
        .extracting("name")
        .containsExactly(container.getVolumeMounts().get(0).getName());
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void settings_areFlinksOwnAndMeanExactlyOnce(JobDescription job) throws Exception {
    Configuration flink = flink(spec(job));

    Map<String, ConfigOption<?>> known = new HashMap<>();
    for (Class<?> options : OPTIONS) {
      for (Field field : options.getFields()) {
        if (Modifier.isStatic(field.getModifiers())
            && field.get(null) instanceof ConfigOption<?> option) {
          known.put(option.key(), option);
        }
      }
    }
    for (String key : flink.keySet()) {
      if (!key.startsWith("metrics.reporter.")) {
        assertThat(known).containsKey(key);
        assertThat(flink.getOptional(known.get(key))).as(key).isPresent();
      }
    }
    assertThat(flink.get(StateBackendOptions.STATE_BACKEND)).isEqualTo("rocksdb");
    assertThat(flink.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS)).isTrue();
    assertThat(flink.get(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE))
        .isEqualTo(CheckpointingMode.EXACTLY_ONCE);
    assertThat(flink.get(PipelineOptions.MAX_PARALLELISM)).isEqualTo(128);
    assertThat(flink.get(HighAvailabilityOptions.HA_MODE)).isEqualTo("kubernetes");
    assertThat(
            List.of(
                flink.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY),
                flink.get(CheckpointingOptions.SAVEPOINT_DIRECTORY),
                flink.get(HighAvailabilityOptions.HA_STORAGE_PATH)))
        .doesNotHaveDuplicates()
        .allMatch(path -> path.startsWith("s3://millrace/" + job.name() + "/"));
    assertThat(MetricOptions.forReporter(flink, "prom").get(MetricOptions.REPORTER_FACTORY_CLASS))
        .isEqualTo("org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void arguments_areOptionsThatBuildTheJob(JobDescription job, @TempDir Path directory)
      throws Exception {
    FlinkDeploymentSpec spec = spec(job);
    List<String> arguments = new ArrayList<>(List.of(spec.getJob().getArgs()));
    Properties secret = new Properties();
    secret.putAll(Deploy.manifest(job).required());
    secret.setProperty("kafka.security.protocol", "SASL_SSL");
    Path file = directory.resolve("job.properties");
    try (OutputStream out = Files.newOutputStream(file)) {
      secret.store(out, null);
    }
    int properties = arguments.indexOf("--properties-file") + 1;
    assertThat(properties).isPositive();
    arguments.set(properties, file.toString());

    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), job);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    env.configure(flink(spec));
    KafkaOptions.requireTransactionTimeout(config.configuration(), env.getCheckpointConfig());
    StreamGraph graph = JobGraphs.built(env, config);

    assertThat(env.getCheckpointConfig().isCheckpointingEnabled()).isTrue();
    assertThat(config.get(KafkaOptions.JOB_NAME)).isEqualTo(job.name());
    assertThat(graph.getStreamNodes()).isNotEmpty();
    assertThat(String.join(" ", arguments)).doesNotContain("password");
  }

  @Test
  void reading_aFieldThatTheOperatorDoesNotHave_isRefused() throws Exception {
    JobDescription job = jobs().get(0);
    for (String place : List.of("", "/spec", "/spec/job", "/spec/podTemplate/spec")) {
      JsonNode manifest = Deploy.yaml(file(job));
      ((ObjectNode) manifest.at(place)).put("upgradeMod", "savepoint");

      assertThatThrownBy(() -> read(manifest))
          .as("at %s", place)
          .isInstanceOf(UnrecognizedPropertyException.class);
    }
    JsonNode manifest = Deploy.yaml(file(job));
    ((ObjectNode) manifest.at("/spec/job")).put("upgradeMode", "sometimes");
    assertThatThrownBy(() -> read(manifest)).isInstanceOf(JsonProcessingException.class);
  }
}
