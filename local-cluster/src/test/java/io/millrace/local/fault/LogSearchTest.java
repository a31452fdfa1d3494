package io.millrace.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.local.fault.LogSearch.Finding;
import io.millrace.local.fault.LogSearch.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogSearchTest {
  @TempDir private Path directory;

  @Test
  void findings_areCountedByKind_withTheFirstLineOfEach() throws IOException {
    Files.writeString(
        directory.resolve("task-manager-1.log"),
        """
        INFO all is well
        ERROR Unable to commit transaction (a) because its producer is already fenced
        ERROR Transaction (b) is likely data loss
        WARN ProducerFencedException: there is a newer producer
        """);
    Files.writeString(
        directory.resolve("task-manager-2.log.1"), "Caused by: io.x.LostTransactionException: c\n");
    Files.writeString(directory.resolve("notes.txt"), "potentially lost\n");

    assertThat(LogSearch.in(directory))
        .containsExactly(
            new Finding(
                Kind.LOST_TRANSACTION,
                1,
                "task-manager-2.log.1: Caused by: io.x.LostTransactionException: c"),
            new Finding(
                Kind.POSSIBLE_LOSS,
                2,
                "task-manager-1.log: ERROR Unable to commit transaction (a) because its producer is"
                    + " already fenced"),
            new Finding(
                Kind.FENCED,
                1,
                "task-manager-1.log: WARN ProducerFencedException: there is a newer producer"));
  }

  @Test
  void bytesThatAreNoText_andQuietLogs_giveNothing() throws IOException {
    Files.write(
        directory.resolve("kafka.log"), new byte[] {'o', 'k', (byte) 0xC3, '\n', (byte) 0xFF});

    assertThat(LogSearch.in(directory)).isEmpty();
  }
}
