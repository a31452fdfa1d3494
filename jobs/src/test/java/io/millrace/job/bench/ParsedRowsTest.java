package io.millrace.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataOutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ParsedRowsTest {
  @TempDir Path directory;

  @Test
  void of_file_readsPathsAndRows() throws Exception {
    Path file = directory.resolve("rows");
    try (var out = new DataOutputStream(Files.newOutputStream(file))) {
      out.writeInt(2);
      out.writeUTF("/a");
      out.writeUTF("/b");
      out.writeInt(3);
      for (int i = 0; i < 3; i++) {
        out.writeLong(1_000 + i);
        out.writeInt(i % 2);
      }
    }

    ParsedRows rows = ParsedRows.of(file.toString());

    assertThat(rows.count()).isEqualTo(3);
    assertThat(rows.paths()).containsExactly("/a", "/b");
    assertThat(rows.times()).containsExactly(1_000, 1_001, 1_002);
    assertThat(rows.pathOf()).containsExactly(0, 1, 0);
    assertThat(ParsedRows.of(file.toString())).isSameAs(rows);
  }

  @Test
  void of_noFile_isNamed() {
    String file = directory.resolve("none").toString();

    assertThatThrownBy(() -> ParsedRows.of(file))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file);
  }

  @Test
  void row_ofEachSpan_runsThroughAllOfTheTime() {
    assertThat(IntStream.range(0, 6).map(number -> ParsedRows.row(number, 6, 2)))
        .containsExactly(0, 2, 4, 1, 3, 5);
  }
}
