package io.millrace.operator.logline;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What it costs to read a line in JSON of some 880 bytes and 22 fields: with Jackson's tree, and
 * with the parser of log ingestion, which keeps all fields, or six that a source declares. A tree
 * has its values as they are read; the parser makes those that something asks for, so that there is
 * a measurement of each in which all are asked for too.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@SuppressWarnings("NullAway.Init") // JMH has them made.
public class JsonLineBenchmark {
  private static final int LINES = 5_000;
  private static final long AT = 1_767_225_600_000L;
  private static final String DECLARED = "logger,method,url,status,millis,client";
  private static final String AGENT =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari";
  private static final String NOTE =
      "the shipment of this order was planned with the warehouse that has most of its items in"
          + " store, since no other one could send all of them on the same day, and the customer is"
          + " told of it by mail as soon as the parcel was handed over to the carrier";

  private final byte[][] lines = new byte[LINES][];
  private final ObjectMapper mapper = new ObjectMapper();
  private LineParser all;
  private LineParser declared;
  private int next;

  /** Makes the lines. */
  @Setup
  public void make() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < LINES; i++) {
      lines[i] = line(random, AT + 10L * i).getBytes(StandardCharsets.UTF_8);
    }
    LineSource source = LineSource.of("bench", LineFormat.JSON, "UTC");
    all = LineParser.of(source);
    declared = LineParser.of(source.withFields(DECLARED));
  }

  private static String line(SplittableRandom random, long at) {
    int order = random.nextInt(1_000_000);
    return String.join(
        ",",
        "{\"time\":\"" + Instant.ofEpochMilli(at) + '"',
        text("level", random.nextInt(4) == 0 ? "DEBUG" : "INFO"),
        text("service", "svc-" + random.nextInt(8)),
        text("host", "node-" + random.nextInt(40)),
        text("message", "order " + order + " was taken and will be sent on in 3 parcels"),
        text("traceId", hex(random)),
        text("logger", "com.example.shop.orders.OrderService"),
        text("thread", "http-worker-" + random.nextInt(64)),
        text("requestId", "r-" + hex(random).substring(4)),
        text("method", "POST"),
        text("url", "/v2/customers/" + random.nextInt(100_000) + "/orders/" + order),
        "\"status\":201",
        "\"millis\":" + (1 + random.nextInt(900)),
        "\"bytes\":" + random.nextInt(60_000),
        text("client", "10.1." + random.nextInt(256) + "." + random.nextInt(256)),
        text("userAgent", AGENT),
        text("userId", "u-" + random.nextInt(5_000_000)),
        text("session", hex(random)),
        text("region", "region-" + random.nextInt(5)),
        text("pod", "orders-" + random.nextInt(400)),
        text("version", "2026.4." + random.nextInt(30)),
        text("note", NOTE.substring(0, 180 + random.nextInt(60))),
        "\"tags\":{\"team\":\"orders\",\"zone\":[1,2," + random.nextInt(100) + "]}}");
  }

  private static String text(String name, String value) {
    return '"' + name + "\":\"" + value + '"';
  }

  private static String hex(SplittableRandom random) {
    return String.format("%016x", random.nextLong());
  }

  private byte[] next() {
    next = next + 1 == LINES ? 0 : next + 1;
    return lines[next];
  }

  /** Jackson's tree. */
  @Benchmark
  public JsonNode readTree() throws IOException {
    return mapper.readTree(next());
  }

  /** The same, and all of its values are asked for. */
  @Benchmark
  public void readTreeAndValues(Blackhole hole) throws IOException {
    for (Map.Entry<String, JsonNode> field : mapper.readTree(next()).properties()) {
      JsonNode value = field.getValue();
      hole.consume(field.getKey());
      hole.consume(value.isContainerNode() ? value.toString() : value.asText());
    }
  }

  /** The parser, with all fields. */
  @Benchmark
  public ParsedLine allFields() throws LineException {
    return read(all);
  }

  /** The same, and all of its values are asked for. */
  @Benchmark
  public void allFieldsAndValues(Blackhole hole) throws LineException {
    values(read(all), hole);
  }

  /** The parser, of a source that declares six fields. */
  @Benchmark
  public ParsedLine declaredFields() throws LineException {
    return read(declared);
  }

  /** The same, and all of its values are asked for. */
  @Benchmark
  public void declaredFieldsAndValues(Blackhole hole) throws LineException {
    values(read(declared), hole);
  }

  private ParsedLine read(LineParser parser) throws LineException {
    byte[] line = next();
    ParsedLine parsed = parser.parse(LineText.of(line, line.length), AT);
    if (parsed == null) {
      throw new IllegalStateException("no line of JSON is passed over");
    }
    return parsed;
  }

  private static void values(ParsedLine line, Blackhole hole) {
    hole.consume(line);
    line.fields()
        .forEach(
            (name, value) -> {
              hole.consume(name);
              hole.consume(value);
            });
  }
}
