package io.millrace.job.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The image's recipe names what the build makes and the manifests run. */
class ContainerfileTest {
  private static List<String> lines() throws Exception {
    return Files.readAllLines(Deploy.DIRECTORY.resolve("Containerfile"));
  }

  private static String text() throws Exception {
    return String.join("\n", lines());
  }

  @Test
  void base_isFlinkOfThisBuild() throws Exception {
    assertThat(lines())
        .contains(
            "ARG FLINK_VERSION=" + Deploy.property("flink.version"),
            "FROM flink:${FLINK_VERSION}-java" + Deploy.property("maven.compiler.release"));
  }

  @Test
  void jar_isTheOneThatTheBuildMakesAndManifestsRun() throws Exception {
    Matcher copied =
        Pattern.compile("COPY (?:--\\S+ )?jobs/target/millrace-jobs.jar (\\S+)").matcher(text());

    assertThat(copied.find()).isTrue();
    assertThat(copied.group(1)).isEqualTo(Manifest.JAR);
    assertThat(Files.readString(Path.of("pom.xml")))
        .contains("<outputFile>${project.build.directory}/millrace-jobs.jar</outputFile>");
  }

  @Test
  void image_hasThePluginForS3AndTheTagOfThisRelease() throws Exception {
    assertThat(text())
        .contains(
            "flink-s3-fs-hadoop-${FLINK_VERSION}.jar",
            "plugins/s3-fs-hadoop/",
            Manifest.IMAGE + ":" + Deploy.release());
  }
}
