package io.millrace.local.feed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineSplitterTest {
  @Test
  void next_endWithAndWithoutLineFeed_sameLines() throws Exception {
    assertThat(split("a\nb\n", false)).containsExactly("a", "b");
    assertThat(split("a\nb", false)).containsExactly("a", "b");
  }

  @Test
  void next_empty_noLines() throws Exception {
    assertThat(split("", false)).isEmpty();
  }

  @Test
  void next_emptyLines_areKeptExceptAfterTheLastLineFeed() throws Exception {
    assertThat(split("\n\na\n\n", false)).containsExactly("", "", "a", "");
  }

  @Test
  void next_carriageReturnAndInvalidUtf8_unchanged() throws Exception {
    assertThat(split("a\r\n\u00ff\u0000\n", false)).containsExactly("a\r", "\u00ff\u0000");
  }

  @Test
  void next_quotesOff_quoteMeansNothing() throws Exception {
    assertThat(split("\"a\nb\"\n", false)).containsExactly("\"a", "b\"");
  }

  @Test
  void next_lineFeedInQuotedCell_staysInRow() throws Exception {
    assertThat(split("x,\"a\nb\"\ny\n", true)).containsExactly("x,\"a\nb\"", "y");
  }

  @Test
  void next_doubledQuotes_doNotEndTheCell() throws Exception {
    assertThat(split("\"a\"\"\nb\"\ny\n", true)).containsExactly("\"a\"\"\nb\"", "y");
    assertThat(split("\"\"\ny\n", true)).containsExactly("\"\"", "y");
  }

  @Test
  void next_quoteInsideAnUnquotedCell_opensNothing() throws Exception {
    assertThat(split("5\" disk,3\ny\n", true)).containsExactly("5\" disk,3", "y");
  }

  @Test
  void next_lineOverSeveralChunks_isWhole() throws Exception {
    String longLine = "x".repeat(200_000);
    assertThat(split(longLine + "\ny", false)).containsExactly(longLine, "y");
  }

  @Test
  void next_overlongLine_isRefusedWithItsNumber() throws Exception {
    byte[] bytes = new byte[LineSplitter.MAX_LINE_BYTES + 3];
    Arrays.fill(bytes, (byte) 'x');
    bytes[0] = '\n';
    LineSplitter lines = new LineSplitter(new ByteArrayInputStream(bytes), false);
    assertThat(lines.next()).isEmpty();
    assertThatThrownBy(lines::next)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("line 2 is longer than");
  }

  private static List<String> split(String text, boolean quotes) throws Exception {
    LineSplitter splitter =
        new LineSplitter(new ByteArrayInputStream(text.getBytes(ISO_8859_1)), quotes);
    List<String> lines = new ArrayList<>();
    for (byte[] line = splitter.next(); line != null; line = splitter.next()) {
      lines.add(new String(line, ISO_8859_1));
    }
    return lines;
  }
}
