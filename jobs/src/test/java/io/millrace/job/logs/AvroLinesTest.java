package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.operator.logline.LineException;
import io.millrace.operator.logline.LineFault;
import io.millrace.schema.avro.AvroCodec;
import io.millrace.schema.logs.LogEntryWritten;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AvroLinesTest {
  private static final AvroLines LINES = new AvroLines();

  private static byte[] entry() {
    return AvroCodec.of(LogEntryWritten.class, List.of())
        .encode(
            new LogEntryWritten(
                5, null, "it \"is\"", null, "h", null, null, null, Map.of("a.b", "ü")));
  }

  @Test
  void line_text_isLeftAsItIs() throws Exception {
    byte[] text = "{\"at\":5}".getBytes(UTF_8);
    assertThat(LINES.line(text)).isSameAs(text);
    assertThat(LINES.line(new byte[0])).isEmpty();
  }

  @Test
  void line_avro_isAnObjectWithoutWhatIsAbsent() throws Exception {
    assertThat(LINES.line(entry()))
        .asString(UTF_8)
        .isEqualTo("{\"at\":5,\"message\":\"it \\\"is\\\"\",\"host\":\"h\",\"a.b\":\"ü\"}");
  }

  @Test
  void line_avroThatIsNone_saysWhy() {
    byte[] foreign = entry();
    foreign[4]++;
    assertThat(fault(foreign)).isEqualTo(LineFault.UNKNOWN_SCHEMA);
    assertThat(fault(Arrays.copyOf(entry(), 15))).isEqualTo(LineFault.NOT_AVRO);
    byte[] notUtf8 = entry();
    notUtf8[notUtf8.length - 2] = (byte) 0xFF;
    assertThat(fault(notUtf8)).isEqualTo(LineFault.NOT_UTF8);
  }

  private static LineFault fault(byte[] value) {
    LineException e = catchThrowableOfType(LineException.class, () -> LINES.line(value));
    assertThat(e).isNotNull();
    return e.fault();
  }
}
