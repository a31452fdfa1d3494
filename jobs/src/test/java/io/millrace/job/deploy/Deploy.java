package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.millrace.job.JobDescription;
import io.millrace.job.catalogue.JobCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of {@code jobs/deploy}, and what the build says of their versions. */
final class Deploy {
  static final Path DIRECTORY = Path.of("deploy");

  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder().enable(YAMLParser.Feature.EMPTY_STRING_AS_NULL).build());

  private Deploy() {}

  /** The manifest of a job of this build. */
  static Manifest manifest(JobDescription job) throws IOException {
    return new Manifest(job, release(), property("flink.version"));
  }

  /** The manifest of a job of this build. */
  static Manifest manifest(String job) throws IOException {
    return manifest(JobCatalogue.named(job));
  }

  /** Millrace's version. */
  static String release() throws IOException {
    return first("<version>([^<]+)</version>");
  }

  /** A property of the parent pom. */
  static String property(String name) throws IOException {
    return first("<" + Pattern.quote(name) + ">([^<]+)</");
  }

  static JsonNode yaml(Path file) throws IOException {
    return YAML.readTree(Files.readString(file));
  }

  static JsonNode yaml(String text) throws IOException {
    return YAML.readTree(text);
  }

  /** The names of the files of a directory of {@code jobs/deploy}, sorted. */
  static List<String> names(String directory) throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY.resolve(directory))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static String first(String pattern) throws IOException {
    Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of("../pom.xml")));
    assertThat(found.find()).as(pattern).isTrue();
    return found.group(1);
  }
}
