package io.millrace.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script in a made-up clone, with stand-ins for Java and Maven that write down how they are
 * called.
 */
class RunScriptITCase {
  /** Tells its version, and what it was started with. */
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then echo 'openjdk version "17.0.15" 2025-04-15' >&2; exit 0; fi
      for each in "$@"; do echo "arg=$each"; done
      """;

  /** Makes the files that a build makes. */
  private static final String MVN =
      """
      #!/bin/sh
      echo build >> "$CALLS"
      [ -z "$MVN_FAILS" ] || { echo 'it does not compile'; exit 1; }
      mkdir -p schemas/target local-cluster/target jobs/target
      echo s > schemas/target/millrace-schemas-0.1.0.jar
      echo l > local-cluster/target/millrace-local-cluster-0.1.0.jar
      echo j > jobs/target/millrace-jobs.jar
      printf %s "$PWD/schemas/target/millrace-schemas-0.1.0.jar:$PWD/pom.xml" \\
        > local-cluster/target/class-path.txt
      """;

  @TempDir Path directory;

  private Path clone;
  private Path tools;

  @BeforeEach
  void makeClone() throws IOException {
    Path real = directory.toRealPath();
    clone = Files.createDirectories(real.resolve("a clone"));
    tools = Files.createDirectories(real.resolve("tools"));
    for (String module : List.of("schemas", "local-cluster", "jobs")) {
      Files.createDirectories(clone.resolve(module).resolve("src/main/java"));
      Files.writeString(clone.resolve(module).resolve("pom.xml"), "<project/>\n");
      Files.writeString(clone.resolve(module).resolve("src/main/java/A.java"), "class A {}\n");
    }
    Files.writeString(clone.resolve("pom.xml"), "<project>\n  <version>0.1.0</version>\n");
    Files.copy(Path.of("run"), clone.resolve("local-cluster/run"));
    tool("java", JAVA);
    tool("javac", "#!/bin/sh\n");
    tool("mvn", MVN);
  }

  @Test
  void run_fresh_buildsOnceAndStarts() throws Exception {
    Result first = run("list");
    assertThat(first.code()).as(first.output()).isZero();
    assertThat(first.output()).contains("building Millrace").contains("arg=list");
    Result second = run("list");
    assertThat(second.output()).doesNotContain("building");
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void run_started_getsItsDirectoryAndCopiesOfTheJars() throws Exception {
    String output = run("heavy-hitters", "--set", "a=b c").output();
    String run =
        output
            .lines()
            .filter(line -> line.startsWith("arg=-Dmillrace.run="))
            .findFirst()
            .orElseThrow()
            .substring("arg=-Dmillrace.run=".length());
    assertThat(run).startsWith(home() + "/run-");
    assertThat(output)
        .contains("arg=-Djava.io.tmpdir=" + run + "/tmp\n")
        .contains("arg=-Dmillrace.jobs.jar=" + run + "/lib/millrace-jobs.jar\n")
        .contains("arg=-Dmillrace.terminal=false\n")
        .contains(
            "arg="
                + run
                + "/lib/millrace-local-cluster-0.1.0.jar:"
                + run
                + "/lib/millrace-schemas-0.1.0.jar:")
        .contains("arg=heavy-hitters\narg=--set\narg=a=b c\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(run))))
        .isEqualTo("rwx------");
    assertThat(Path.of(run, "lib/millrace-jobs.jar")).hasContent("j");
  }

  @Test
  void run_sourceChanged_buildsAgain() throws Exception {
    run("list");
    Files.setLastModifiedTime(
        clone.resolve("jobs/src/main/java/A.java"), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(run("list").output()).contains("building Millrace");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void run_jarMissing_buildsAgain() throws Exception {
    run("list");
    Files.delete(clone.resolve("jobs/target/millrace-jobs.jar"));
    run("list");
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void run_throughLinkFromElsewhere_findsItsClone() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("other"));
    Files.createSymbolicLink(directory.resolve("other"), clone.resolve("local-cluster/run"));
    Result result = start(List.of("bash", link.toString(), "list"), tools + ":/usr/bin:/bin");
    assertThat(result.code()).as(result.output()).isZero();
    assertThat(clone.resolve("jobs/target/millrace-jobs.jar")).exists();
  }

  @Test
  void chaosPlanted_everyBugCaught_listsThemAndPasses() throws Exception {
    tool("mvn", plantedBugs("two | wrong rows | yes"));

    Result result = run("chaos", "planted");

    assertThat(result.code()).as(result.output()).isZero();
    assertThat(result.output())
        .contains("one | 3 rows lost | yes\n", "two | wrong rows | yes\n", "verdict: PASS")
        .doesNotContain("arg=");
  }

  @Test
  void chaosPlanted_aBugNotCaughtOrNotPlanted_fails() throws Exception {
    tool("mvn", plantedBugs("two | every row once | no"));
    Result missed = run("chaos", "planted");
    assertThat(missed.code()).as(missed.output()).isEqualTo(1);
    assertThat(missed.output()).contains("two | every row once | no\n", "verdict: FAIL");

    tool("mvn", "#!/bin/sh\nexit 0\n");
    Result none = run("chaos", "planted");
    assertThat(none.code()).as(none.output()).isEqualTo(1);
    assertThat(none.output()).contains("none of jobs/target/planted-bugs.txt", "verdict: FAIL");

    assertThat(run("chaos", "planted", "--seed").code()).isEqualTo(2);
  }

  /** Stands in for Maven that runs the tests of planted bugs. */
  private static String plantedBugs(String second) {
    return """
        #!/bin/sh
        mkdir -p jobs/target operators/target
        echo 'one | 3 rows lost | yes' > jobs/target/planted-bugs.txt
        echo '%s' > operators/target/planted-bugs.txt
        """
        .formatted(second);
  }

  @Test
  void run_buildFails_showsItsEnd() throws Exception {
    Result result =
        start(List.of("env", "MVN_FAILS=yes", "bash", script(), "list"), tools + ":/usr/bin:/bin");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.output()).contains("it does not compile").contains("build.log");
    assertThat(run("list").code()).isZero();
  }

  @Test
  void run_killedBuildLeftItsLock_takesItOver() throws Exception {
    Files.createDirectories(clone.resolve("local-cluster/target"));
    Files.createSymbolicLink(
        clone.resolve("local-cluster/target/build.lock"), Path.of("999999999"));
    assertThat(run("list").code()).isZero();
  }

  @Test
  void run_twoAtOnce_buildOnce() throws Exception {
    tool("mvn", MVN.replace("mkdir", "sleep 1; mkdir"));
    Process one = launch(List.of("bash", script(), "list"), path(), directory.resolve("one"));
    Process two = launch(List.of("bash", script(), "list"), path(), directory.resolve("two"));
    assertThat(one.waitFor()).as(Files.readString(directory.resolve("one"))).isZero();
    assertThat(two.waitFor()).as(Files.readString(directory.resolve("two"))).isZero();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void run_oldJava_saysWhatToInstall() throws Exception {
    tool("java", JAVA.replace("17.0.15", "1.8.0_392"));
    assertOneLine(run("list"), "is Java 1; install JDK 17");
    tool("java", JAVA.replace("17.0.15", "11.0.2"));
    assertOneLine(run("list"), "is Java 11; install JDK 17");
  }

  @Test
  void run_wrongJavaHome_saysSo() throws Exception {
    Result result =
        start(List.of("env", "JAVA_HOME=/no/such/jdk", "bash", script(), "list"), path());
    assertOneLine(result, "JAVA_HOME is /no/such/jdk, which has no bin/java");
  }

  @Test
  void run_noMaven_saysWhatToInstall() throws Exception {
    Files.delete(tools.resolve("mvn"));
    Path system = Files.createDirectory(directory.resolve("system"));
    for (String name :
        List.of(
            "bash",
            "sed",
            "head",
            "dirname",
            "readlink",
            "find",
            "cat",
            "mkdir",
            "ln",
            "rm",
            "env")) {
      tool(system, name, "#!/bin/sh\nexec " + real(name) + " \"$@\"\n");
    }
    assertOneLine(
        start(List.of("bash", script(), "list"), tools + ":" + system), "install Maven 3.8");
  }

  private static void assertOneLine(Result result, String expected) {
    assertThat(result.code()).as(result.output()).isEqualTo(2);
    assertThat(result.output().lines()).singleElement().asString().contains(expected);
  }

  /** What a process printed, both streams together, and its exit code. */
  private record Result(int code, String output) {}

  private Result run(String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash", script()));
    command.addAll(List.of(args));
    return start(command, path());
  }

  private Result start(List<String> command, String path) throws Exception {
    Path output = directory.resolve("output");
    Process process = launch(command, path, output);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return new Result(process.exitValue(), Files.readString(output, UTF_8));
  }

  private Process launch(List<String> command, String path, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().remove("JAVA_HOME");
    builder.environment().put("PATH", path);
    builder.environment().put("MILLRACE_HOME", home());
    builder.environment().put("CALLS", directory.resolve("calls").toString());
    return builder.start();
  }

  private long builds() throws IOException {
    return Files.readAllLines(directory.resolve("calls")).size();
  }

  private String path() {
    return tools + ":/usr/bin:/bin";
  }

  private String script() {
    return clone.resolve("local-cluster/run").toString();
  }

  private String home() {
    return tools.resolveSibling("home").toString();
  }

  private static Path real(String tool) throws IOException {
    for (Path bin : List.of(Path.of("/usr/bin"), Path.of("/bin"))) {
      if (Files.exists(bin.resolve(tool))) {
        return bin.resolve(tool);
      }
    }
    throw new IOException("no " + tool + " on this machine");
  }

  private void tool(String name, String content) throws IOException {
    tool(tools, name, content);
  }

  private static void tool(Path directory, String name, String content) throws IOException {
    Path file = Files.writeString(directory.resolve(name), content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
