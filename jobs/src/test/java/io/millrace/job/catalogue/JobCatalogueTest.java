package io.millrace.job.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.millrace.job.JobDescription;
import io.millrace.job.JobDescription.OptionText;
import io.millrace.schema.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds the files that are made from the catalogue against it. {@code -Dcatalogue.update=true}
 * writes them anew.
 */
class JobCatalogueTest {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final boolean UPDATE = Boolean.getBoolean("catalogue.update");
  private static final Path RESOURCE = Path.of("src/main/resources", JobCatalogue.RESOURCE);

  @Test
  void resource_describesEveryJob() throws IOException {
    List<Map<String, Object>> jobs = new ArrayList<>();
    for (JobDescription job : JobCatalogue.ALL) {
      Map<String, Object> described = new LinkedHashMap<>();
      described.put("name", job.name());
      described.put("mainClass", job.mainClass().getName());
      described.put("question", job.question());
      described.put("inputs", job.inputs().stream().map(Topic::name).toList());
      described.put("outputs", job.outputs().stream().map(Topic::name).toList());
      described.put("stores", job.stores());
      described.put("options", job.optionTexts().stream().map(JobCatalogueTest::option).toList());
      jobs.add(described);
    }
    assertFile(RESOURCE, JSON.writeValueAsString(jobs) + "\n");
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void page_listsEveryOption(JobDescription job) throws IOException {
    StringBuilder table = new StringBuilder("| option | value | default | what it does |\n");
    table.append("|---|---|---|---|\n");
    for (OptionText option : job.optionTexts()) {
      table.append(
          String.format(
              "| `%s` | %s | %s | %s |\n",
              option.key(),
              option.type().replace("|", " or "),
              option.defaultValue().isEmpty() ? "" : "`" + option.defaultValue() + "`",
              option.description()));
    }
    Path page = Path.of("docs", job.name() + ".md");
    String text = Files.readString(page);
    String begin = "<!-- options: made from the code -->\n";
    String end = "<!-- end of options -->";
    int from = text.indexOf(begin) + begin.length();
    assertFile(page, text.substring(0, from) + table + text.substring(text.indexOf(end, from)));
  }

  @ParameterizedTest
  @MethodSource("jobs")
  void overview_saysThatTheJobWorks(JobDescription job) throws IOException {
    assertThat(Files.readAllLines(Path.of("README.md")))
        .as("the row of a job that runs links to its page and repeats its question")
        .anyMatch(
            line ->
                line.contains("(docs/" + job.name() + ".md)")
                    && line.contains(job.question())
                    && line.contains("**working**"));
  }

  static List<JobDescription> jobs() {
    return JobCatalogue.ALL;
  }

  private static Map<String, String> option(OptionText option) {
    Map<String, String> described = new LinkedHashMap<>();
    described.put("key", option.key());
    described.put("type", option.type());
    described.put("default", option.defaultValue());
    described.put("description", option.description());
    return described;
  }

  private static void assertFile(Path file, String expected) throws IOException {
    if (UPDATE) {
      Files.writeString(file, expected);
    }
    assertThat(Files.readString(file))
        .as(
            "%s is made from the code; run mvn -pl jobs -am test -Dtest=JobCatalogueTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dcatalogue.update=true",
            file)
        .isEqualTo(expected);
  }
}
