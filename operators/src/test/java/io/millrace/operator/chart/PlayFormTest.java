package io.millrace.operator.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.millrace.operator.form.FormWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PlayFormTest {
  /** Two regions, the second without plays of its own; one song with an entry in each. */
  private static final byte[] FORM = {
    1, // version
    2, // regions
    2,
    'D',
    'E',
    1, // length, bytes, whether anything was played there
    2,
    'F',
    'R',
    0, //
    1, // songs
    1,
    'a',
    2, // length, bytes, entries
    0,
    (byte) 0xAC,
    2,
    3,
    0,
    2, // region, 300 plays, 3 beyond aligned, 0 beyond last, listeners
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    5, // the first
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    0, // the second
    1,
    0,
    0,
    7,
    0 // region, no plays, 7 beyond last, no listeners
  };

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void write_isTheFormOfTheFirstVersion() {
    FormWriter out =
        PlayForm.writer(
            List.of(
                new PlayForm.Region(bytes("DE"), true), new PlayForm.Region(bytes("FR"), false)),
            0);
    out.number(1);
    out.item(bytes("a"), 0, 1);
    out.number(2);
    PlayForm.write(0, new PlayForm.Entry(300, 3, 0, new long[] {5, 256}), out);
    PlayForm.write(1, new PlayForm.Entry(0, 0, 7, new long[] {}), out);
    assertThat(out.toBytes()).isEqualTo(FORM);
  }

  @Test
  void read_tellsWhatWasWritten() {
    assertThat(described(FORM))
        .containsExactly("DE true", "FR false", "a", "0 300 3 0 [5, 256]", "1 0 0 7 []");
  }

  @Test
  void read_damaged_refuses() {
    for (int length = 0; length < FORM.length; length++) {
      byte[] cut = Arrays.copyOf(FORM, length);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> described(cut))
          .withMessageContaining("the bytes of plays end early");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> described(Arrays.copyOf(FORM, FORM.length + 1)))
        .withMessageContaining("after their end");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> described(with(0, 2)))
        .withMessageContaining("version 2, which this version can't read");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> described(with(14, 2)))
        .withMessageContaining("name region 2 of 2");
  }

  private static byte[] with(int index, int value) {
    byte[] changed = FORM.clone();
    changed[index] = (byte) value;
    return changed;
  }

  private static List<String> described(byte[] form) {
    List<String> lines = new ArrayList<>();
    PlayForm.read(
        form,
        new PlayForm.Content() {
          @Override
          public void region(byte[] bytes, int start, int length, boolean isActive) {
            lines.add(new String(bytes, start, length, StandardCharsets.UTF_8) + " " + isActive);
          }

          @Override
          public void song(byte[] bytes, int start, int length) {
            lines.add(new String(bytes, start, length, StandardCharsets.UTF_8));
          }

          @Override
          public void entry(int region, PlayForm.Entry entry) {
            lines.add(
                region
                    + " "
                    + entry.plays()
                    + " "
                    + entry.beyondAligned()
                    + " "
                    + entry.beyondLast()
                    + " "
                    + Arrays.toString(entry.listeners()));
          }
        });
    return lines;
  }
}
