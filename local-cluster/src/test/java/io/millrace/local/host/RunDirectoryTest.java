package io.millrace.local.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunDirectoryTest {
  private static final long NO_SUCH_PID = 999_999_999L;

  @TempDir Path temporary;

  @Test
  void open_close_leavesNothing() throws Exception {
    Path base = temporary.resolve("base");
    Path path;
    try (RunDirectory directory = RunDirectory.open(base)) {
      path = directory.path();
      assertThat(path.getFileName().toString()).isEqualTo("run-" + ProcessHandle.current().pid());
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rwx------");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(base)))
          .isEqualTo("rwx------");
      Files.createSymbolicLink(path.resolve("link"), temporary);
      Files.writeString(Files.createDirectories(path.resolve("a/b")).resolve("c"), "x");
    }
    assertThat(base).isEmptyDirectory();
    assertThat(temporary).exists();
  }

  @Test
  void open_baseThatOthersWrite_isRefused() throws Exception {
    Path base = Files.createDirectory(temporary.resolve("base"));
    Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(() -> RunDirectory.open(base))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 700");
  }

  @Test
  void open_baseIsAFile_isRefused() throws Exception {
    Path base = Files.createFile(temporary.resolve("base"));
    assertThatThrownBy(() -> RunDirectory.open(base))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("MILLRACE_HOME");
  }

  @Test
  void keepLog_logged_movesItBesideAtMostNineteenOthers() throws Exception {
    for (int i = 0; i < 25; i++) {
      try (RunDirectory directory = RunDirectory.open(temporary)) {
        Files.writeString(directory.log(), "run " + i);
        Path kept = directory.keepLog().orElseThrow();
        assertThat(kept).content().isEqualTo("run " + i);
      }
    }
    try (Stream<Path> logs = Files.list(temporary.resolve("logs"))) {
      assertThat(logs).hasSize(20);
    }
  }

  @Test
  void keepLog_nothingLogged_isEmpty() throws Exception {
    try (RunDirectory directory = RunDirectory.open(temporary)) {
      assertThat(directory.keepLog()).isEmpty();
    }
  }

  @Test
  void removeAbandoned_ownerAlive_leavesIt() throws Exception {
    try (RunDirectory directory = RunDirectory.open(temporary)) {
      assertThat(RunDirectory.removeAbandoned(temporary)).isEmpty();
      assertThat(directory.path()).exists();
    }
  }

  @Test
  void removeAbandoned_ownerNotWrittenYet_leavesIt() throws Exception {
    Path fresh = temporary.resolve("run-" + ProcessHandle.current().pid());
    Files.createDirectory(fresh);
    assertThat(RunDirectory.removeAbandoned(temporary)).isEmpty();
    assertThat(fresh).exists();
  }

  @Test
  void removeAbandoned_ownersIdUsedAgain_removesIt() throws Exception {
    long pid = ProcessHandle.current().pid();
    Path old = Files.createDirectory(temporary.resolve("run-" + pid));
    Files.writeString(old.resolve("processes"), "owner " + pid + " 1000\n");
    assertThat(RunDirectory.removeAbandoned(temporary))
        .containsExactly(new RunDirectory.Abandoned(pid, List.of()));
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void removeAbandoned_childsIdUsedAgain_leavesThatProcessAlone() throws Exception {
    long pid = ProcessHandle.current().pid();
    Path old = Files.createDirectory(temporary.resolve("run-" + NO_SUCH_PID));
    Files.writeString(
        old.resolve("processes"),
        "owner " + NO_SUCH_PID + " 1000\nredis " + pid + " 1000\nredis 12");
    assertThat(RunDirectory.removeAbandoned(temporary))
        .containsExactly(new RunDirectory.Abandoned(NO_SUCH_PID, List.of()));
    assertThat(ProcessHandle.current().isAlive()).isTrue();
  }

  @Test
  void removeAbandoned_otherEntries_areLeftAlone() throws Exception {
    Files.createDirectory(temporary.resolve("logs"));
    Files.createFile(temporary.resolve("run-notes"));
    assertThat(RunDirectory.removeAbandoned(temporary)).isEmpty();
    assertThat(temporary).isNotEmptyDirectory();
    assertThat(RunDirectory.removeAbandoned(temporary.resolve("missing"))).isEmpty();
  }
}
