package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

/**
 * Files that were changed at random: each gives rows, refused rows or a damaged file, and nothing
 * else escapes. The long form is {@code -Dmillrace.fuzz=1000000}.
 */
class FileRowsFuzzTest {
  private static final int FILES = Integer.getInteger("millrace.fuzz", 12_000);
  private static final String MARKS = "\"',\n\r{}[]<>&;!/\\=\0\u00FF9-eE";
  private static final FormatSpec SPEC =
      new FormatSpec(null, List.of(), "record", null, 64 * 1024, ArchiveLimits.DEFAULT);

  @Test
  void files_mutated_giveRowsOrReasonsAndNothingElse() throws IOException {
    Map<String, byte[]> valid = new TreeMap<>();
    String csv = "id,note\n1,\"a \"\"b\"\"\nc\"\n2,=cmd\n3,\u00E4\n";
    valid.put("a.csv", csv.getBytes(UTF_8));
    valid.put(
        "a.jsonl", "{\"id\":1.5e3,\"n\":{\"a\":[1,null]}}\n{\"id\":\"\\u00e4\"}\n".getBytes(UTF_8));
    valid.put("a.json", "[{\"id\":1,\"b\":true},{\"id\":\"x\\n\"}]".getBytes(UTF_8));
    valid.put(
        "a.xml",
        "<?xml version=\"1.0\"?><all><record a=\"1\"><b>x &amp; y</b><c><![CDATA[<]]></c></record></all>"
            .getBytes(UTF_8));
    ByteArrayOutputStream gzip = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(gzip)) {
      out.write(csv.getBytes(UTF_8));
    }
    valid.put("a.csv.gz", gzip.toByteArray());
    ByteArrayOutputStream zip = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(zip)) {
      out.putNextEntry(new ZipEntry("a.csv"));
      out.write(csv.getBytes(UTF_8));
    }
    valid.put("a.zip", zip.toByteArray());

    Random random = new Random(1);
    int[] outcomes = new int[3];
    for (int file = 0; file < FILES; ) {
      for (Map.Entry<String, byte[]> each : valid.entrySet()) {
        read(each.getKey(), mutated(each.getValue(), random), outcomes);
        file++;
      }
    }
    assertThat(outcomes).as("rows, refused rows and damaged files").doesNotContain(0);
  }

  private static void read(String name, byte[] file, int[] outcomes) {
    FileRows formats = new FileRows(SPEC);
    try (RowSource source =
        formats.open(
            name,
            offset -> new ByteArrayInputStream(file, (int) offset, file.length - (int) offset),
            0,
            0)) {
      Row row;
      while ((row = source.next()) != null) {
        outcomes[row.rejection() == null ? 0 : 1]++;
      }
    } catch (DamagedFileException e) {
      outcomes[2]++;
    } catch (IOException | RuntimeException | Error e) {
      throw new AssertionError(name + " of " + HexFormat.of().formatHex(file), e);
    }
  }

  /**
   * One to four changes: a byte replaced, taken out or put in, a piece doubled, the end cut off.
   */
  private static byte[] mutated(byte[] valid, Random random) {
    byte[] bytes = valid;
    for (int changes = 1 + random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
      int at = random.nextInt(bytes.length);
      int to = at + random.nextInt(bytes.length - at + 1);
      byte mark = (byte) MARKS.charAt(random.nextInt(MARKS.length()));
      byte any = (byte) random.nextInt(256);
      ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length * 2);
      out.write(bytes, 0, at);
      switch (random.nextInt(5)) {
        case 0 -> {
          out.write(random.nextBoolean() ? mark : any);
          out.write(bytes, at + 1, bytes.length - at - 1);
        }
        case 1 -> out.write(bytes, to, bytes.length - to);
        case 2 -> {
          out.write(mark);
          out.write(bytes, at, bytes.length - at);
        }
        case 3 -> {
          out.write(bytes, at, to - at);
          out.write(bytes, at, bytes.length - at);
        }
        default -> {
          // The end is cut off.
        }
      }
      bytes = out.toByteArray();
    }
    return bytes;
  }
}
