package io.millrace.local;

import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkRest;
import io.millrace.local.flink.Submission;
import io.millrace.local.host.ProcessIdentity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.RestOptions;
import org.jspecify.annotations.Nullable;

/**
 * The cluster that is up, as its keeper describes it in {@code cluster.json} of the base directory.
 *
 * @param keeper the process that keeps it
 * @param directory where its files are
 * @param bootstrap address of its Kafka broker
 * @param stores addresses of its stores by their names
 * @param rest addresses of Flink's REST interface and web UI
 * @param configDirectory the directory with Flink's {@code config.yaml}
 * @param parallelism parallelism of jobs that name none
 */
record StandingCluster(
    ProcessIdentity keeper,
    String directory,
    String bootstrap,
    Map<String, String> stores,
    List<String> rest,
    String configDirectory,
    int parallelism) {
  private static final String FILE = "cluster.json";
  private static final String JOBS = "jobs";
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(MapperFeature.AUTO_DETECT_IS_GETTERS).build();

  /**
   * A job as it was submitted, so that it can be restored alike.
   *
   * @param id its id at Flink
   * @param job its name in the catalogue
   * @param settings its options as the user set them
   * @param stores whether it writes stores
   * @param parallelism its parallelism
   * @param submittedAt when, in milliseconds since the epoch
   * @param savepoint where its latest savepoint is; null before the first
   */
  record Submitted(
      String id,
      String job,
      Map<String, String> settings,
      boolean stores,
      int parallelism,
      long submittedAt,
      @Nullable String savepoint) {
    Submitted withSavepoint(String latest) {
      return new Submitted(id, job, settings, stores, parallelism, submittedAt, latest);
    }

    Submitted submitted(String asId, long at) {
      return new Submitted(asId, job, settings, stores, parallelism, at, savepoint);
    }

    /** The name that it has at Flink. */
    String flinkName() {
      return settings.getOrDefault("job-name", job);
    }

    /** Whether a user means this job by {@code name}: its name, or its id. */
    boolean isCalled(String name) {
      return job.equals(name) || flinkName().equals(name) || id.equals(name);
    }
  }

  /** The cluster that is up under {@code base}; empty where there is none. */
  static Optional<StandingCluster> find(Path base) throws UsageException {
    try {
      StandingCluster cluster =
          JSON.readValue(Files.readAllBytes(base.resolve(FILE)), StandingCluster.class);
      return cluster.keeper().isAlive() ? Optional.of(cluster) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UsageException(
          "can't read " + base.resolve(FILE) + ": " + FailureCause.of(e) + "; delete it", e);
    }
  }

  /**
   * The cluster that is up under {@code base}.
   *
   * @throws UsageException where there is none; the message says how to start one
   */
  static StandingCluster required(Path base) throws UsageException {
    return find(base)
        .orElseThrow(
            () -> new UsageException("no cluster is up; 'local-cluster/run up' starts one"));
  }

  /** Says that this cluster is up. */
  void announce(Path base) throws IOException {
    replace(base.resolve(FILE), this);
    Files.createDirectories(Path.of(directory, JOBS));
  }

  /** Says that it is not any more. */
  static void withdraw(Path base) throws IOException {
    Files.deleteIfExists(base.resolve(FILE));
  }

  /** Where the files are of a job that reads or writes files and was told no other place. */
  Path files(String job) {
    return Path.of(directory, "files", job);
  }

  /** Flink's REST interface. */
  FlinkRest restClient() {
    return new FlinkRest(rest.stream().map(URI::create).toList());
  }

  /** Address of the logging configuration of its processes. */
  String logging() {
    return Path.of(directory, "log4j2.properties").toUri().toString();
  }

  /** A client that submits jobs to it. */
  Submission submission() {
    Configuration client = GlobalConfiguration.loadConfiguration(configDirectory);
    URI address = URI.create(rest.get(0));
    client.removeConfig(HighAvailabilityOptions.HA_MODE);
    client.set(RestOptions.ADDRESS, address.getHost());
    client.set(RestOptions.PORT, address.getPort());
    return new Submission(client, restClient());
  }

  /** Notes a job, or what has changed of it. */
  void note(Submitted job) throws IOException {
    replace(Path.of(directory, JOBS, job.id() + ".json"), job);
  }

  /** Every job that was submitted by the command, the latest first. */
  List<Submitted> submitted() throws IOException {
    List<Submitted> jobs = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of(directory, JOBS))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".json")).toList()) {
        jobs.add(JSON.readValue(Files.readAllBytes(file), Submitted.class));
      }
    }
    jobs.sort(Comparator.comparingLong(Submitted::submittedAt).reversed());
    return jobs;
  }

  /** Readers see the file as it was or as it is, never half of it. */
  private static void replace(Path file, Object content) throws IOException {
    Path part = Files.createTempFile(file.getParent(), "part", "");
    Files.write(part, JSON.writeValueAsBytes(content));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The brokers that a command means.
   *
   * @param given what the user gave; null for those of the cluster that is up
   * @param command what to repeat with them, for people
   */
  static String brokers(@Nullable String given, Path base, String command) throws UsageException {
    if (given != null) {
      return given;
    }
    return find(base)
        .map(StandingCluster::bootstrap)
        .orElseThrow(
            () ->
                new UsageException(
                    "name the brokers: " + command + " --bootstrap <host:port>; no cluster is up"));
  }
}
