package io.millrace.job.deploy;

import io.millrace.job.JobDescription;
import io.millrace.job.JobEnvironment;
import io.millrace.job.StoreAccess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The FlinkDeployment of a job, as {@code kubernetes/<job>.yaml} has it.
 *
 * @param job what is deployed
 * @param release the version of Millrace, which is the image's tag
 * @param flink Flink's version
 */
record Manifest(JobDescription job, String release, String flink) {
  static final String IMAGE = "millrace-jobs";
  static final String JAR = "/opt/flink/usrlib/millrace-jobs.jar";
  static final int METRICS_PORT = 9249;
  private static final String OPTIONS = "/opt/millrace/options";
  private static final int CHECKPOINT_SECONDS = 10;

  /** The options that the job gets on its command line: nothing that may hold a password. */
  List<String> arguments() {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--properties-file",
                OPTIONS + "/job.properties",
                "--job-name",
                job.name(),
                "--bootstrap",
                "kafka:9092"));
    for (String store : job.stores()) {
      switch (store) {
        case StoreAccess.REDIS -> arguments.addAll(List.of("--redis", "redis:6379"));
        case StoreAccess.CASSANDRA -> arguments.addAll(List.of("--cassandra", "cassandra:9042"));
        case StoreAccess.OPENSEARCH -> arguments.addAll(List.of("--opensearch", "opensearch:9200"));
        case StoreAccess.POSTGRES -> {
          // Its address has the password in it, so it is in the Secret.
        }
        default -> throw new IllegalArgumentException("no address for the store " + store);
      }
    }
    if (job.options().stream().anyMatch(option -> option.key().equals("location"))) {
      String location = job.inputs().isEmpty() ? "sftp://files/in" : "sftp://files/out";
      arguments.addAll(
          List.of("--location", location, "--credentials", OPTIONS + "/files.properties"));
    }
    return arguments;
  }

  /** What must be in the Secret's {@code job.properties} beside passwords. */
  Map<String, String> required() {
    return job.stores().contains(StoreAccess.POSTGRES)
        ? Map.of("postgres", "postgresql://millrace:password@postgres:5432/millrace")
        : Map.of();
  }

  /** Flink's settings. */
  Map<String, String> settings() {
    String bucket = "s3://millrace/" + job.name();
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("state.backend.type", "rocksdb");
    settings.put("execution.checkpointing.incremental", "true");
    settings.put("execution.checkpointing.mode", "EXACTLY_ONCE");
    settings.put("execution.checkpointing.interval", CHECKPOINT_SECONDS + " s");
    settings.put("execution.checkpointing.timeout", "10 min");
    settings.put("execution.checkpointing.tolerable-failed-checkpoints", "3");
    settings.put(
        "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
    settings.put("execution.checkpointing.dir", bucket + "/checkpoints");
    settings.put("execution.checkpointing.savepoint-dir", bucket + "/savepoints");
    settings.put("high-availability.type", "kubernetes");
    settings.put("high-availability.storageDir", bucket + "/ha");
    settings.put("pipeline.max-parallelism", String.valueOf(JobEnvironment.MAX_PARALLELISM));
    settings.put("restart-strategy.type", "exponential-delay");
    settings.put("restart-strategy.exponential-delay.max-backoff", "1 min");
    settings.put("taskmanager.numberOfTaskSlots", "2");
    settings.put("web.submit.enable", "false");
    settings.put("web.cancel.enable", "false");
    settings.put(
        "metrics.reporter.prom.factory.class",
        "org.apache.flink.metrics.prometheus.PrometheusReporterFactory");
    settings.put("metrics.reporter.prom.port", String.valueOf(METRICS_PORT));
    settings.put("metrics.reporter.prom.filterLabelValueCharacters", "false");
    return settings;
  }

  /** The file. */
  String text() {
    return """
        # Made from the code: mvn -pl jobs -am test -Dtest=ManifestTest -Ddeploy.update=true
        apiVersion: flink.apache.org/v1beta1
        kind: FlinkDeployment
        metadata:
          name: %1$s
        spec:
          image: %2$s:%3$s
          imagePullPolicy: IfNotPresent
          flinkVersion: %4$s
          serviceAccount: flink
          flinkConfiguration:
        %5$s
          podTemplate:
            spec:
              containers:
                - name: flink-main-container
                  ports:
                    - name: metrics
                      containerPort: %6$d
                  volumeMounts:
                    - name: options
                      mountPath: %7$s
                      readOnly: true
              volumes:
                - name: options
                  secret:
                    secretName: %1$s-options
          jobManager:
            replicas: 1
            resource:
              cpu: 1
              memory: 2048m
          taskManager:
            resource:
              cpu: 2
              memory: 4096m
          job:
            jarURI: local://%8$s
            entryClass: %9$s
            args:
        %10$s
            parallelism: 4
            upgradeMode: savepoint
            state: running
        """
        .formatted(
            job.name(),
            IMAGE,
            release,
            "v" + flink.substring(0, flink.lastIndexOf('.')).replace('.', '_'),
            settings().entrySet().stream()
                .map(each -> "    %s: \"%s\"".formatted(each.getKey(), each.getValue()))
                .collect(Collectors.joining("\n")),
            METRICS_PORT,
            OPTIONS,
            JAR,
            job.mainClass().getName(),
            arguments().stream()
                .map(each -> "      - \"" + each + "\"")
                .collect(Collectors.joining("\n")));
  }
}
