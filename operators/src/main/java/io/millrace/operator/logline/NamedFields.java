package io.millrace.operator.logline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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

  private final KnownWords words = new KnownWords();

  private long line;
  private int count;
  private FieldMap fields = new FieldMap();
  private @Nullable LogLevel level;
  private @Nullable String service;
  private @Nullable String host;
  private @Nullable String message;
  private @Nullable String traceId;
  private @Nullable Name time;

  /** The time where it is not a part of the line as it is. */
  private String timeText = "";

  /** The line where the time is a part of it. */
  private @Nullable LineText timeLine;

  private int timeFrom;
  private int timeTo;
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

    /** The first sixteen bytes of that, and which of them count. */
    private final long first;

    private final long second;
    private final long firstMask;
    private final long secondMask;

    /** Whether it is neither a part of a record nor a time. */
    private final boolean isPlain;

    /** The last line that had a value for it. */
    private long seenIn = -1;

    private Name(String text, @Nullable Part part, int timeRank, boolean isKept) {
      this.text = text;
      this.part = part;
      this.timeRank = timeRank;
      this.isKept = isKept;
      byte[] bytes = (text + "\":").getBytes(StandardCharsets.UTF_8);
      boolean needsNoEscape = EightBytes.endOfPlain(bytes, 0, bytes.length) == bytes.length - 2;
      this.quoted = needsNoEscape ? bytes : new byte[0];
      this.firstMask = mask(quoted.length);
      this.secondMask = mask(quoted.length - Long.BYTES);
      this.first = EightBytes.at(quoted, 0, quoted.length);
      this.second = secondMask == 0 ? 0 : EightBytes.at(quoted, Long.BYTES, quoted.length);
      this.isPlain = part == null && timeRank == NO_TIME;
    }

    /** The first of eight bytes. */
    private static long mask(int bytes) {
      return bytes >= Long.BYTES ? -1L : bytes <= 0 ? 0 : (1L << (Byte.SIZE * bytes)) - 1;
    }

    /** Whether its value may be the time. */
    boolean isTime() {
      return timeRank != NO_TIME;
    }

    /** Whether its values are few, and come again and again. */
    private boolean isWord() {
      return part == Part.LEVEL || part == Part.SERVICE || part == Part.HOST;
    }

    /** How many bytes it takes in JSON, with the quote and the colon after it. */
    int bytes() {
      return quoted.length;
    }

    private boolean isAt(byte[] bytes, int at, int end) {
      int to = at + quoted.length;
      return to <= end
          && (EightBytes.at(bytes, at, end) & firstMask) == first
          && (secondMask == 0
              || (EightBytes.at(bytes, at + Long.BYTES, end) & secondMask) == second)
          && (quoted.length <= 2 * Long.BYTES
              || Arrays.equals(
                  bytes, at + 2 * Long.BYTES, to, quoted, 2 * Long.BYTES, quoted.length));
    }
  }

  /** Begins a line. */
  void begin() {
    line++;
    count = 0;
    fields = new FieldMap(Math.max(4, fields.size()));
    level = null;
    service = null;
    host = null;
    message = null;
    traceId = null;
    time = null;
    timeLine = null;
    if (names.size() > MOST_NAMES) {
      names.clear();
      Arrays.fill(order, null);
    }
  }

  /**
   * The name that begins at a byte, with a quote and a colon after it, if it is the one that lines
   * before had as their next. Null for another one, or one with escapes.
   *
   * @param end of the bytes
   */
  @Nullable Name next(byte[] bytes, int at, int end) {
    Name expected = count < order.length ? order[count] : null;
    return expected != null && expected.isAt(bytes, at, end) ? expected : null;
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
    if (name.isPlain) {
      if (name.isKept) {
        fields.add(name.text, text, from, to);
      }
    } else if (isBetterTime(name)) {
      time(name, position);
      timeLine = text;
      timeFrom = from;
      timeTo = to;
    } else {
      keep(name, name.isWord() ? words.of(text, from, to) : text.part(from, to));
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
    if (isBetterTime(name)) {
      time(name, position);
      timeLine = null;
      timeText = value;
    } else {
      keep(name, value);
    }
  }

  private boolean isBetterTime(Name name) {
    Name before = time;
    return name.isTime() && (before == null || name.timeRank < before.timeRank);
  }

  /** Takes a field for the time; the one that was taken before is a field as others are. */
  private void time(Name name, int position) {
    Name before = time;
    if (before != null) {
      LineText text = timeLine;
      keep(before, text == null ? timeText : text.part(timeFrom, timeTo));
    }
    time = name;
    timeAt = position;
  }

  private void keep(Name name, String value) {
    if ((name.part == null || !isPart(name.part, value)) && name.isKept) {
      fields.add(name.text, value);
    }
  }

  /** Makes a value a part of the record, unless it has that one already, or no level is meant. */
  private boolean isPart(Part part, String value) {
    switch (part) {
      case LEVEL -> {
        LogLevel meant = level == null ? LogLevel.of(value) : null;
        if (meant == null) {
          return false;
        }
        level = meant;
      }
      case SERVICE -> {
        if (service != null) {
          return false;
        }
        service = value;
      }
      case HOST -> {
        if (host != null) {
          return false;
        }
        host = value;
      }
      case MESSAGE -> {
        if (message != null) {
          return false;
        }
        message = value;
      }
      case TRACE_ID -> {
        if (traceId != null) {
          return false;
        }
        traceId = value;
      }
    }
    return true;
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
    return new ParsedLine(
        time == null ? arrivedAt : time(arrivedAt),
        level,
        service == null ? source.serviceOrNull() : service,
        host,
        message == null ? "" : message,
        fields,
        traceId);
  }

  private long time(long arrivedAt) throws LineException {
    LineText text = timeLine;
    return text == null
        ? times.read(timeText, arrivedAt, timeAt)
        : times.read(text, timeFrom, timeTo, arrivedAt, timeAt);
  }
}
