package io.millrace.connector.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.millrace.connector.files.FormatSpec.ArchiveLimits;
import io.millrace.schema.codec.Rejection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What rows files of every format have, good ones and bad ones. */
class FileRowsTest {
  private static final int MAX_ROW = 64 * 1024;
  private static final FormatSpec SPEC = spec(List.of(), ArchiveLimits.DEFAULT);

  private static FormatSpec spec(List<String> columns, ArchiveLimits limits) {
    return new FormatSpec(null, columns, "record", null, MAX_ROW, limits);
  }

  /** The fields of each row, or the reason why it has none; at the end why the rest has none. */
  private static List<Object> rows(FormatSpec spec, String name, byte[] file) throws IOException {
    List<Object> rows = new ArrayList<>();
    FileRows formats = new FileRows(spec);
    try (RowSource source = formats.open(name, offset -> from(file, offset), 0, 0)) {
      Row row;
      while ((row = source.next()) != null) {
        rows.add(row.rejection() == null ? row.fields() : row.rejection());
      }
    } catch (DamagedFileException e) {
      rows.add(e.getMessage());
    }
    return rows;
  }

  private static List<Object> rows(String name, String file) throws IOException {
    return rows(SPEC, name, file.getBytes(UTF_8));
  }

  private static InputStream from(byte[] file, long offset) {
    return new ByteArrayInputStream(file, (int) offset, file.length - (int) offset);
  }

  @Test
  void csv_quotesNewlinesMarksAndFormulas_areData() throws IOException {
    assertThat(
            rows(
                "a.csv",
                "\uFEFF\"id\",note\r\n1,\"two\r\nlines, \"\"quoted\"\"\"\n\n2,=cmd|' /C calc'!A0\r\n3,"))
        .containsExactly(
            Map.of("id", "1", "note", "two\r\nlines, \"quoted\""),
            Map.of("id", "2", "note", "=cmd|' /C calc'!A0"),
            Map.of("id", "3"));
  }

  @Test
  void csv_badRows_areRefusedOneByOne() throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write("id,note\n1\n2,b,c\n3,\0\n4,".getBytes(UTF_8));
    file.write("\u00FC\n".getBytes(ISO_8859_1));
    file.write(("5," + "x".repeat(MAX_ROW) + "\n6,ok\n").getBytes(UTF_8));
    assertThat(rows(SPEC, "a.csv", file.toByteArray()))
        .containsExactly(
            Rejection.INVALID_LINE,
            Rejection.INVALID_LINE,
            Rejection.INVALID_LINE,
            Rejection.NOT_UTF8,
            Rejection.TOO_LARGE,
            Map.of("id", "6", "note", "ok"));
  }

  @Test
  void csv_headers_mustNameColumns() throws IOException {
    assertThat(rows("a.csv", "")).isEmpty();
    assertThat(rows("a.csv", "id\n")).isEmpty();
    assertThat(rows("a.csv", "id,id\n1,2\n"))
        .containsExactly("the first row gives two columns one name");
    assertThat(rows("a.csv", "id,,b\n1,2,3\n"))
        .containsExactly("the first row does not name the columns");
    assertThat(rows("a.csv", ",".repeat(1_000_000) + "\n"))
        .containsExactly("the first row, which names the columns, is too large");
    assertThat(rows(spec(List.of("x", "y"), ArchiveLimits.DEFAULT), "a.csv", "1,2".getBytes(UTF_8)))
        .containsExactly(Map.of("x", "1", "y", "2"));
  }

  @Test
  void json_linesAndArrays_haveOneForm() throws IOException {
    Map<String, String> first = new LinkedHashMap<>();
    first.put("n", "1.50");
    first.put("big", "1e999999999");
    first.put("o", "{\"a\" : [1, \"]\"]}");
    List<Object> expected =
        List.of(
            first,
            Rejection.NOT_AN_OBJECT,
            Rejection.DUPLICATE_FIELD,
            Rejection.NOT_JSON,
            Rejection.INVALID_UNICODE,
            Rejection.TRAILING_CONTENT,
            Rejection.TOO_DEEP,
            Map.of("s", "\\\",]}"));
    List<String> objects =
        List.of(
            "{\"n\":1.50,\"big\":1e999999999,\"o\":{\"a\" : [1, \"]\"]},\"none\":null}",
            "7",
            "{\"a\":1,\"a\":2}",
            "{\"a\":tru}",
            "{\"a\":\"\\ud800\"}",
            "{} {}",
            "{\"a\":" + "[".repeat(1_001) + "]".repeat(1_001) + "}",
            "{\"s\":\"\\\\\\\",]}\"}");
    assertThat(rows("a.jsonl", String.join("\r\n", objects) + "\n\n")).isEqualTo(expected);
    assertThat(rows("a.json", "\uFEFF [" + String.join("\n,", objects) + " ] "))
        .isEqualTo(expected);
    assertThat(rows("a.jsonl", "{\"a\":1")).containsExactly(Rejection.TRUNCATED);
  }

  @Test
  void json_arraysThatAreNone_areDamagedFromThere() throws IOException {
    Map<String, String> one = Map.of("a", "1");
    assertThat(rows("a.json", "[]")).isEmpty();
    assertThat(rows("a.json", "{}")).containsExactly("no [ where it must be");
    assertThat(rows("a.json", "")).containsExactly("the JSON array does not end");
    assertThat(rows("a.json", "[{\"a\":1},")).containsExactly(one, "the JSON array does not end");
    assertThat(rows("a.json", "[{\"a\":1},]")).containsExactly(one, Rejection.EMPTY);
    assertThat(rows("a.json", "[{\"a\":1}] []"))
        .containsExactly(one, "there is more after the end of the JSON array");
  }

  @Test
  void xml_elements_becomeFields() throws IOException {
    assertThat(
            rows(
                "a.xml",
                "<?xml version='1.0'?><x:all xmlns:x='urn:x'><x:record id='1'>t<a>1</a><a>2</a>"
                    + "<b k='v'><c>&lt;<![CDATA[&]]></c></b></x:record><other/><record/></x:all>"))
        .containsExactly(
            Map.of("@id", "1", "#text", "t", "a", "1", "a[2]", "2", "b/@k", "v", "b/c", "<&"),
            Map.of());
  }

  @Test
  void xml_thatIsCutOffOrTooLarge_isRefused() throws IOException {
    Map<String, String> one = Map.of("a", "1");
    List<Object> cut = rows("a.xml", "<all><record><a>1</a></record><record><a>");
    assertThat(cut).hasSize(2).startsWith(one);
    assertThat(String.valueOf(cut.get(1))).startsWith("not XML: ");
    String text = "x".repeat(4 * MAX_ROW);
    assertThat(
            rows(
                "a.xml",
                "<all><record><a>"
                    + text
                    + "</a></record><record>"
                    + "<d>".repeat(101)
                    + "</d>".repeat(101)
                    + "</record><record><a>1</a></record></all>"))
        .containsExactly(Rejection.TOO_LARGE, Rejection.TOO_DEEP, one);
    assertThat(rows("a.xml", "<all><record a='" + text + "'/></all>").get(0))
        .isEqualTo("one piece of the XML has more than " + (2 * MAX_ROW) + " bytes");
  }

  @Test
  void xml_thatNamesWhatIsOutside_readsNothingOfIt() throws IOException {
    AtomicInteger hits = new AtomicInteger();
    HttpServer canary =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    canary.createContext(
        "/",
        exchange -> {
          hits.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    canary.start();
    try {
      String url = "http://127.0.0.1:" + canary.getAddress().getPort() + "/";
      String refused = "the XML has a DOCTYPE, which is refused";
      String row = "<all><record>&e;</record></all>";
      for (String type :
          List.of(
              "<!DOCTYPE all SYSTEM '" + url + "dtd'>",
              "<!DOCTYPE all [<!ENTITY e SYSTEM '" + url + "e'>]>",
              "<!DOCTYPE all [<!ENTITY e SYSTEM 'file:///etc/hostname'>]>",
              "<!DOCTYPE all [<!ENTITY % p SYSTEM '" + url + "p'> %p;]>",
              "<!DOCTYPE all [<!ENTITY a 'lol'><!ENTITY e '&a;&a;&a;&a;&a;&a;&a;&a;'>]>")) {
        assertThat(rows("a.xml", type + row)).as(type).containsExactly(refused);
      }
      assertThat(rows("a.xml", row)).singleElement().asString().startsWith("not XML: ");
      assertThat(
              rows(
                  "a.xml",
                  "<all xmlns:xi='http://www.w3.org/2001/XInclude'"
                      + " xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                      + (" xsi:noNamespaceSchemaLocation='" + url + "xsd'>")
                      + ("<?xml-stylesheet href='" + url + "xsl'?>")
                      + ("<record><xi:include href='" + url + "xi'/></record></all>")))
          .containsExactly(Map.of("include/@href", url + "xi"));
      assertThat(hits).hasValue(0);
    } finally {
      canary.stop(0);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.csv", "a.jsonl", "a.json", "a.xml", "a.csv.gz", "a.zip"})
  void open_whereAnotherStopped_goesOnWithTheNextRow(String name) throws IOException {
    byte[] file = sample(name);
    FileRows formats = new FileRows(SPEC);
    List<Object> all = rows(SPEC, name, file);
    assertThat(all).hasSize(20).doesNotHaveDuplicates();
    for (int read = 0; read <= all.size(); read++) {
      long position;
      try (RowSource source = formats.open(name, offset -> from(file, offset), 0, 0)) {
        for (int i = 0; i < read; i++) {
          source.next();
        }
        position = read == 0 ? 0 : source.position();
      }
      List<Object> rest = new ArrayList<>();
      try (RowSource source = formats.open(name, offset -> from(file, offset), position, read)) {
        Row row;
        while ((row = source.next()) != null) {
          rest.add(row.fields());
        }
      }
      assertThat(rest).as("after %d rows", read).isEqualTo(all.subList(read, all.size()));
    }
  }

  private static byte[] sample(String name) throws IOException {
    StringBuilder csv = new StringBuilder("\uFEFFid,text\r\n");
    StringBuilder lines = new StringBuilder();
    StringBuilder array = new StringBuilder("[");
    StringBuilder xml = new StringBuilder("<all>");
    for (int i = 0; i < 20; i++) {
      csv.append(i).append(",\"\u00E4\n\"\"").append(i).append("\"\r\n");
      lines.append("{\"id\":").append(i).append("}\n");
      array.append(i == 0 ? "" : " , ").append("{\"id\":[").append(i).append("]}");
      xml.append("<record><id>").append(i).append("</id></record>");
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    switch (name) {
      case "a.csv" -> packed.write(csv.toString().getBytes(UTF_8));
      case "a.jsonl" -> packed.write(lines.toString().getBytes(UTF_8));
      case "a.json" -> packed.write(array.append(" ]\n").toString().getBytes(UTF_8));
      case "a.xml" -> packed.write(xml.append("</all>").toString().getBytes(UTF_8));
      case "a.csv.gz" -> {
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
          gzip.write(csv.toString().getBytes(UTF_8));
        }
      }
      default -> {
        return zip(
            "one.csv", "id\n0\n1\n2\n", "two.jsonl", lines.substring(lines.indexOf("{\"id\":3}")));
      }
    }
    return packed.toByteArray();
  }

  private static byte[] zip(String... namesAndTexts) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(packed)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(UTF_8));
        zip.closeEntry();
      }
    }
    return packed.toByteArray();
  }

  @Test
  void archives_thatLeadOutOrBurst_areDamaged() throws IOException {
    String outside = "a name in the archive leads out of its directory";
    for (String name : List.of("../a.csv", "/a.csv", "x/../../a.csv", "..\\a.csv", "C:\\a.csv")) {
      assertThat(rows(SPEC, "a.zip", zip(name, "id\n1\n"))).as(name).containsExactly(outside);
    }
    assertThat(rows(SPEC, "a.zip", zip("a.csv", "id\n1\n", "inner.zip", "PK")))
        .containsExactly(Map.of("id", "1"), "an archive in an archive is refused");
    assertThat(rows(SPEC, "a.zip", "no archive".getBytes(UTF_8)))
        .containsExactly("not a ZIP archive, or one without files");

    byte[] twice = zip("a.csv", "id\n1\n", "b.csv", "id\n2\n");
    byte[] alike = new String(twice, ISO_8859_1).replace("b.csv", "a.csv").getBytes(ISO_8859_1);
    assertThat(rows(SPEC, "a.zip", alike))
        .containsExactly(Map.of("id", "1"), "a name comes twice in the archive");
    assertThat(rows(spec(List.of(), new ArchiveLimits(1, 1 << 20, 200)), "a.zip", twice))
        .containsExactly(Map.of("id", "1"), "the archive has more than 1 files");

    byte[] wrong = zip("a.csv", "id\n1\n");
    int crc = new String(wrong, ISO_8859_1).indexOf("PK\007\010") + 4;
    wrong[crc]++;
    assertThat(rows(SPEC, "a.zip", wrong))
        .last()
        .asString()
        .startsWith("the archive can't be unpacked: invalid entry CRC");
  }

  @Test
  void archives_beyondTheirLimits_areDamaged() throws IOException {
    String tooMuch = "the archive unpacks to more than its limits allow";
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bomb)) {
      byte[] blanks = " \n".repeat(512 * 1024).getBytes(UTF_8);
      for (int i = 0; i < 64; i++) {
        gzip.write(blanks);
      }
    }
    assertThat(rows(SPEC, "a.jsonl.gz", bomb.toByteArray())).containsExactly(tooMuch);
    assertThat(
            rows(
                spec(List.of(), new ArchiveLimits(1, 1 << 10, 2_000)),
                "a.jsonl.gz",
                bomb.toByteArray()))
        .containsExactly(tooMuch);
    byte[] cut = Arrays.copyOf(sample("a.csv.gz"), 40);
    assertThat(rows(SPEC, "a.csv.gz", cut))
        .last()
        .asString()
        .startsWith("the archive can't be unpacked");
  }

  @Test
  void names_thatLeadOut_areNone() {
    for (String name : List.of("", ".", "..", "a/b", "/a", "..\\a", "a\nb", "a\0")) {
      assertThat(FileStat.isName(name)).as(name).isFalse();
    }
    assertThat(FileStat.isName("orders 1..csv")).isTrue();
    assertThat(new WatchSpec("*.csv", 1, 0, ".done", true).names())
        .accepts("a.csv")
        .rejects("a.csv.part", ".a.csv", "a.csv.done", "a.xml", "a.csv~");
  }
}
