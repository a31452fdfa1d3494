package io.millrace.operator.logline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of the fields that lines name themselves. Well-known names are a record's parts,
 * all others stay fields, of which a source may keep some alone.
 *
 * <p>A line is {@link #begin begun}, its fields are {@link #add added}, and then it is a {@link
 * #record}. What is known of names is kept from line to line, at most of {@link #MOST_NAMES}.
 */
final class NamedFields {
  private enum Part {
    LEVEL,
    SERVICE,
    HOST,
    MESSAGE,
    TRACE_ID
  }

  private static final int MOST_NAMES = 10_000;
  private static final int NO_TIME = Integer.MAX_VALUE;
  private static final List<String> TIMES =
      List.of("time", "timestamp", "@timestamp", "ts", "at", "datetime");
  private static final Map<String, Part> PARTS =
      Map.ofEntries(
          Map.entry("level", Part.LEVEL),
          Map.entry("severity", Part.LEVEL),
          Map.entry("lvl", Part.LEVEL),
          Map.entry("loglevel", Part.LEVEL),
          Map.entry("service", Part.SERVICE),
          Map.entry("host", Part.HOST),
          Map.entry("hostname", Part.HOST),
          Map.entry("message", Part.MESSAGE),
          Map.entry("msg", Part.MESSAGE),
          Map.entry("traceId", Part.TRACE_ID),
          Map.entry("trace_id", Part.TRACE_ID),
          Map.entry("traceid", Part.TRACE_ID),
          Map.entry("trace.id", Part.TRACE_ID));

  private final LineSource source;
  private final TimeText times;
  private final boolean timeIsNamed;

  /** The fields that are kept; empty for all. */
  private final Set<String> kept;

  private final Map<String, Name> names = new HashMap<>();

  /** The names of the lines before, each where it was last. */
  private Name[] order = new Name[32];

  private final EnumMap<Part, String> parts = new EnumMap<>(Part.class);

  private long line;
  private int count;
  private FieldMap fields = new FieldMap();
  private @Nullable Name time;
  private String timeText = "";
  private int timeAt;

  NamedFields(LineSource source, TimeText times) {
    this.source = source;
    this.times = times;
    this.timeIsNamed = !source.timeField().isEmpty();
    this.kept = new TreeSet<>();
    for (String each : source.fields().split(",", -1)) {
      if (!each.isBlank()) {
        kept.add(each.strip());
      }
    }
  }

  /** What is known of a name. */
  static final class Name {
    private final String text;
    private final @Nullable Part part;

    /** How early it is among the names of times; {@link #NO_TIME} for another name. */
    private final int timeRank;

    private final boolean isKept;

    /** Its bytes, a quote and a colon, as JSON has it; empty where escapes are needed for it. */
    private final byte[] quoted;

    /** The first eight bytes of that, and which of them count. */
    private final long first;

    private final long firstMask;

    /** The last line that had a value for it. */
    private long seenIn = -1;

    private Name(String text, @Nullable Part part, int timeRank, boolean isKept) {
      this.text = text;
      this.part = part;
      this.timeRank = timeRank;
      this.isKept = isKept;
      byte[] bytes = (text + "\":").getBytes(StandardCharsets.UTF_8);
      boolean isPlain = EightBytes.endOfPlain(bytes, 0, bytes.length) == bytes.length - 2;
      this.quoted = isPlain ? bytes : new byte[0];
      this.first = EightBytes.at(quoted, 0, quoted.length);
      this.firstMask = quoted.length < Long.BYTES ? (1L << (Byte.SIZE * quoted.length)) - 1 : -1L;
    }

    /** Whether its value may be the time. */
    boolean isTime() {
      return timeRank != NO_TIME;
    }

    /** How many bytes it takes in JSON, with the quote and the colon after it. */
    int bytes() {
      return quoted.length;
    }

    private boolean isAt(LineText line, int at) {
      int end = at + quoted.length;
      byte[] bytes = line.bytes();
      return end <= line.end()
          && (EightBytes.at(bytes, at, line.end()) & firstMask) == first
          && (quoted.length <= Long.BYTES
              || Arrays.equals(bytes, at + Long.BYTES, end, quoted, Long.BYTES, quoted.length));
    }
  }

  /** Begins a line. */
  void begin() {
    line++;
    count = 0;
    fields = new FieldMap(Math.max(4, fields.size()));
    parts.clear();
    time = null;
    if (names.size() > MOST_NAMES) {
      names.clear();
      Arrays.fill(order, null);
    }
  }

  /**
   * The name that begins at a byte, with a quote and a colon after it, if it is the one that lines
   * before had as their next. Null for another one, or one with escapes.
   */
  @Nullable Name next(LineText line, int at) {
    Name expected = count < order.length ? order[count] : null;
    return expected != null && expected.isAt(line, at) ? expected : null;
  }

  /** What is known of a name. */
  Name named(String text) {
    Name known = names.get(text);
    if (known == null) {
      Part part = PARTS.get(text);
      int rank = timeIsNamed ? (text.equals(source.timeField()) ? 0 : -1) : TIMES.indexOf(text);
      known =
          new Name(text, part, rank < 0 ? NO_TIME : rank, kept.isEmpty() || kept.contains(text));
      names.put(text, known);
    }
    if (count == order.length) {
      order = Arrays.copyOf(order, 2 * count);
    }
    if (count < order.length && known.quoted.length > 0) {
      order[count] = known;
    }
    return known;
  }

  /**
   * Adds a field to the line.
   *
   * @param value null for a field that is absent
   * @param position where in the line the value is
   * @return false where the line has a field of this name already
   */
  boolean add(Name name, @Nullable String value, int position) {
    if (value == null) {
      count++;
      return true;
    }
    if (!isFirst(name)) {
      return false;
    }
    put(name, value, position);
    return true;
  }

  /**
   * Adds a field whose value is a part of the line as it is.
   *
   * @param from first byte of the value
   * @param to the byte after it
   * @param position the character of the line at which it begins, with what is around it
   * @return false where the line has a field of this name already
   */
  boolean add(Name name, LineText text, int from, int to, int position) {
    if (!isFirst(name)) {
      return false;
    }
    if (name.part != null || name.isTime()) {
      put(name, text.part(from, to), position);
    } else if (name.isKept) {
      fields.add(name.text, text, from, to);
    }
    return true;
  }

  /** Counts a value, and says whether it is the first of its name in the line. */
  private boolean isFirst(Name name) {
    count++;
    boolean isFirst = name.seenIn != line;
    name.seenIn = line;
    return isFirst;
  }

  private void put(Name name, String value, int position) {
    if (name.isTime()) {
      Name before = time;
      if (before == null || name.timeRank < before.timeRank) {
        if (before != null) {
          keep(before, timeText);
        }
        time = name;
        timeText = value;
        timeAt = position;
        return;
      }
    }
    keep(name, value);
  }

  private void keep(Name name, String value) {
    Part part = name.part;
    if (part != null
        && !parts.containsKey(part)
        && (part != Part.LEVEL || LogLevel.of(value) != null)) {
      parts.put(part, value);
    } else if (name.isKept) {
      fields.add(name.text, value);
    }
  }

  /**
   * The record of the line.
   *
   * @throws LineException where its time is none, or missing though the source names its field
   */
  ParsedLine record(long arrivedAt) throws LineException {
    if (time == null && timeIsNamed) {
      throw new LineException(
          LineFault.MISSING_FIELD, "expected field " + source.timeField() + " with the time");
    }
    String level = parts.get(Part.LEVEL);
    String service = parts.get(Part.SERVICE);
    String message = parts.get(Part.MESSAGE);
    return new ParsedLine(
        time == null ? arrivedAt : times.read(timeText, arrivedAt, timeAt),
        level == null ? null : LogLevel.of(level),
        service == null ? source.serviceOrNull() : service,
        parts.get(Part.HOST),
        message == null ? "" : message,
        fields,
        parts.get(Part.TRACE_ID));
  }
}
