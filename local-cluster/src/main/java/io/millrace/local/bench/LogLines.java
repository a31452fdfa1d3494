package io.millrace.local.bench;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Lines of about a kilobyte as services log them, of one kind of event in each format, and what
 * they are known to say: it is counted as they are made, without a parser.
 */
final class LogLines {
  /** The time of the first line. */
  static final long START = 1_767_225_600_000L;

  /** The columns of CSV. */
  static final String HEADER =
      "time,level,service,host,message,traceId,logger,thread,requestId,method,url,status,millis,"
          + "bytes,client,userAgent,userId,session,region,pod,version,note";

  /** The expression of {@code pattern}. */
  static final String PATTERN =
      "(?<time>\\S+) (?<level>[A-Z]+) (?<host>\\S+) \\[(?<thread>[^\\]]*)\\] (?<logger>\\S+)"
          + " (?<method>\\S+) (?<url>\\S+) (?<status>\\d{3}) (?<millis>\\d+)ms - (?<message>.*)";

  private static final DateTimeFormatter ACCESS = time("dd/MMM/uuuu:HH:mm:ss xx");
  private static final DateTimeFormatter LOG4J = time("uuuu-MM-dd HH:mm:ss,SSS");
  private static final DateTimeFormatter BSD = time("MMM ppd HH:mm:ss");
  private static final List<String> PARTS =
      List.of("level", "service", "host", "message", "traceId");
  private static final String AGENT =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari";
  private static final String NOTE =
      "the shipment of this order was planned with the warehouse that has most of its items in"
          + " store, since no other one could send all of them on the same day, and the customer is"
          + " told of it by mail as soon as the parcel was handed over to the carrier";

  private final SplittableRandom random;

  LogLines(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * A line and what it says.
   *
   * @param text the line
   * @param at its time, in milliseconds since the epoch
   * @param service what logged it
   * @param level how grave it is; empty where it doesn't say
   * @param checksum its time and the lengths of all that it says
   */
  record Line(String text, long at, String service, String level, long checksum) {}

  private static DateTimeFormatter time(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
  }

  /** An event, of which each format writes what it has room for. */
  private Map<String, String> event() {
    Map<String, String> event = new LinkedHashMap<>();
    int order = random.nextInt(1_000_000);
    int draw = random.nextInt(100);
    event.put("level", draw < 3 ? "ERROR" : draw < 10 ? "WARN" : draw < 80 ? "INFO" : "DEBUG");
    event.put("service", "svc-" + random.nextInt(8));
    event.put("host", "node-" + random.nextInt(40));
    event.put(
        "message",
        "order " + order + " was taken and will be sent on in " + random.nextInt(9) + " parcels");
    event.put("traceId", hex());
    event.put("logger", "com.example.shop.orders.OrderService");
    event.put("thread", "http-worker-" + random.nextInt(64));
    event.put("requestId", String.format("r-%012x", random.nextLong() >>> 16));
    event.put("method", "POST");
    event.put("url", "/v2/customers/" + random.nextInt(100_000) + "/orders/" + order);
    event.put("status", String.valueOf(draw < 3 ? 503 : 201));
    event.put("millis", String.valueOf(1 + random.nextInt(900)));
    event.put("bytes", String.valueOf(random.nextInt(60_000)));
    event.put("client", "10.1." + random.nextInt(256) + "." + random.nextInt(256));
    event.put("userAgent", AGENT);
    event.put("userId", "u-" + random.nextInt(5_000_000));
    event.put("session", hex());
    event.put("region", "region-" + random.nextInt(5));
    event.put("pod", "orders-" + random.nextInt(400));
    event.put("version", "2026.4." + random.nextInt(30));
    event.put("note", NOTE.substring(0, 180 + random.nextInt(60)));
    return event;
  }

  /** Sixteen digits, of which no thirteen in a row are decimal, as those of cards are. */
  private String hex() {
    return String.format("%07xf%07xe", random.nextInt(1 << 28), random.nextInt(1 << 28));
  }

  /** An object in JSON. */
  Line json(long at) {
    Map<String, String> event = event();
    StringBuilder text = new StringBuilder(1_100).append("{\"time\":\"");
    text.append(Instant.ofEpochMilli(at)).append('"');
    event.forEach(
        (name, value) -> {
          boolean isNumber = List.of("status", "millis", "bytes").contains(name);
          String quote = isNumber ? "" : "\"";
          text.append(",\"").append(name).append("\":");
          text.append(quote).append(value).append(quote);
        });
    event.put("tags", "{\"team\":\"orders\",\"zone\":[1,2," + random.nextInt(100) + "]}");
    text.append(",\"tags\":").append(event.get("tags")).append('}');
    return line(text.toString(), at, event, event.keySet().stream().toList());
  }

  /** A line of a format. */
  Line of(String format, long at) {
    long second = at - Math.floorMod(at, 1_000);
    return switch (format) {
      case "json" -> json(at);
      case "logfmt" -> logfmt(at);
      case "csv" -> csv(at);
      case "combined" -> combined(second);
      case "rfc3164" -> rfc3164(second);
      case "rfc5424" -> rfc5424(at);
      case "log4j" -> log4j(at);
      case "pattern" -> pattern(at);
      default -> throw new IllegalArgumentException("no lines of format " + format);
    };
  }

  private Line logfmt(long at) {
    Map<String, String> event = event();
    String text =
        "time="
            + Instant.ofEpochMilli(at)
            + event.entrySet().stream()
                .map(
                    each ->
                        each.getValue().indexOf(' ') < 0
                            ? " " + each.getKey() + "=" + each.getValue()
                            : " " + each.getKey() + "=\"" + each.getValue() + "\"")
                .collect(Collectors.joining());
    return line(text, at, event, List.copyOf(event.keySet()));
  }

  private Line csv(long at) {
    Map<String, String> event = event();
    String text =
        Instant.ofEpochMilli(at)
            + event.values().stream()
                .map(value -> value.indexOf(',') < 0 ? "," + value : ",\"" + value + "\"")
                .collect(Collectors.joining());
    return line(text, at, event, List.copyOf(event.keySet()));
  }

  private Line combined(long at) {
    Map<String, String> event = event();
    event.put("url", event.get("url") + "?note=" + of(event, "note").replace(' ', '+'));
    event.put("referrer", "https://shop.example.com/basket/" + event.get("session"));
    event.put("message", "POST " + event.get("url") + " HTTP/1.1");
    event.put("user", event.get("userId"));
    event.put("level", "");
    event.put("service", "");
    String text =
        String.format(
            "%s - %s [%s] \"%s\" %s %s \"%s\" \"%s\"",
            event.get("client"),
            event.get("user"),
            time(ACCESS, at),
            event.get("message"),
            event.get("status"),
            event.get("bytes"),
            event.get("referrer"),
            event.get("userAgent"));
    return line(
        text,
        at,
        event,
        List.of(
            "message",
            "client",
            "user",
            "method",
            "url",
            "status",
            "bytes",
            "referrer",
            "userAgent"));
  }

  private Line rfc3164(long at) {
    Map<String, String> event = event();
    event.put("message", event.get("message") + ": " + event.get("note"));
    event.put("pid", String.valueOf(1 + random.nextInt(60_000)));
    event.put("logger", event.get("service"));
    event.put("level", "INFO");
    String text =
        String.format(
            "<134>%s %s %s[%s]: %s",
            time(BSD, at),
            event.get("host"),
            event.get("service"),
            event.get("pid"),
            event.get("message"));
    return line(text, at, event, List.of("level", "host", "service", "logger", "pid", "message"));
  }

  private Line rfc5424(long at) {
    Map<String, String> event = event();
    event.put("message", event.get("message") + ": " + event.get("note"));
    event.put("procid", String.valueOf(1 + random.nextInt(60_000)));
    event.put("msgid", "ORDER");
    event.put("logger", event.get("service"));
    event.put("level", "INFO");
    List<String> data = List.of("requestId", "client", "userId", "session", "region", "version");
    data.forEach(name -> event.put("shop@32473." + name, event.get(name)));
    String text =
        String.format(
            "<134>1 %s %s %s %s ORDER [shop@32473%s] %s",
            Instant.ofEpochMilli(at),
            event.get("host"),
            event.get("service"),
            event.get("procid"),
            data.stream()
                .map(name -> " " + name + "=\"" + event.get(name) + "\"")
                .collect(Collectors.joining()),
            event.get("message"));
    List<String> said = List.of("level", "host", "service", "logger", "procid", "msgid", "message");
    return line(
        text,
        at,
        event,
        Stream.concat(said.stream(), data.stream().map(name -> "shop@32473." + name)).toList());
  }

  private Line log4j(long at) {
    Map<String, String> event = event();
    event.put("message", event.get("message") + ": " + event.get("note"));
    String text =
        String.format(
            "%s %-5s [%s] %s - %s",
            time(LOG4J, at),
            event.get("level"),
            event.get("thread"),
            event.get("logger"),
            event.get("message"));
    return line(text, at, event, List.of("level", "thread", "logger", "message"));
  }

  private Line pattern(long at) {
    Map<String, String> event = event();
    event.put("message", event.get("message") + ": " + event.get("note"));
    String text =
        String.format(
            "%s %s %s [%s] %s %s %s %s %sms - %s",
            Instant.ofEpochMilli(at),
            event.get("level"),
            event.get("host"),
            event.get("thread"),
            event.get("logger"),
            event.get("method"),
            event.get("url"),
            event.get("status"),
            event.get("millis"),
            event.get("message"));
    return line(
        text,
        at,
        event,
        List.of(
            "level", "host", "thread", "logger", "method", "url", "status", "millis", "message"));
  }

  private static String time(DateTimeFormatter formatter, long at) {
    return formatter.format(Instant.ofEpochMilli(at));
  }

  private static Line line(String text, long at, Map<String, String> event, List<String> said) {
    long checksum = at;
    for (String name : said) {
      checksum += of(event, name).length() + (PARTS.contains(name) ? 0 : name.length());
    }
    return new Line(text, at, of(event, "service"), of(event, "level"), checksum);
  }

  private static String of(Map<String, String> event, String name) {
    return Objects.requireNonNull(event.get(name), name);
  }
}
