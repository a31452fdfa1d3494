package io.millrace.local;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.local.flink.FailureCause;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that a jar holds, as it describes them itself in {@code META-INF/millrace/jobs.json}.
 *
 * @param jar the jar
 * @param jobs its jobs, in the order of its description
 */
record JobCatalogue(Path jar, List<Job> jobs) {
  /**
   * One job.
   *
   * @param name the name it is run by
   * @param mainClass the class with its {@code main}
   * @param question the question it answers
   * @param inputs names of the topics it reads
   * @param outputs names of the topics it writes, dead letters included
   * @param stores names of the stores it can write
   * @param options the options it takes
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Job(
      String name,
      String mainClass,
      String question,
      List<String> inputs,
      List<String> outputs,
      List<String> stores,
      List<Option> options) {}

  /**
   * One option of a job.
   *
   * @param key its name
   * @param type what its value must be, for people
   * @param defaultValue its default; null where it has none
   * @param description what it does
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Option(
      String key,
      @Nullable String type,
      @JsonProperty("default") @Nullable String defaultValue,
      @Nullable String description) {}

  private static final String DESCRIPTION = "META-INF/millrace/jobs.json";

  /**
   * Reads the description in {@code jar}.
   *
   * @throws UsageException where there is no such jar, or it describes no jobs
   */
  static JobCatalogue read(Path jar) throws UsageException {
    if (!Files.isRegularFile(jar)) {
      throw new UsageException(
          "the jobs jar is missing: " + jar + "; build it with mvn -DskipTests package");
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      ZipEntry entry = file.getEntry(DESCRIPTION);
      if (entry == null) {
        throw new UsageException(jar + " has no " + DESCRIPTION + "; build the jobs module again");
      }
      try (InputStream in = file.getInputStream(entry)) {
        return new JobCatalogue(
            jar, List.of(JsonMapper.builder().build().readValue(in, Job[].class)));
      }
    } catch (IOException e) {
      throw new UsageException("can't read the jobs of " + jar + ": " + FailureCause.of(e), e);
    }
  }

  /** The job of that name. */
  Optional<Job> byName(String name) {
    return jobs.stream().filter(job -> job.name().equals(name)).findFirst();
  }

  /**
   * The job of that name.
   *
   * @param others what else the user may have meant
   * @throws UsageException where there is none; the message names the nearest
   */
  Job required(String name, List<String> others) throws UsageException {
    List<String> known = new ArrayList<>(names());
    known.addAll(others);
    return byName(name)
        .orElseThrow(
            () ->
                new UsageException(
                    "no job '"
                        + name
                        + "'; did you mean "
                        + Nearest.to(name, known).orElse("list")
                        + "? 'local-cluster/run list' shows them all"));
  }

  /** The names of all jobs. */
  List<String> names() {
    return jobs.stream().map(Job::name).toList();
  }
}
