package io.millrace.local.feed;

import io.millrace.local.feed.InputFile.Format;
import io.millrace.schema.Topic;
import io.millrace.schema.Topic.Cleanup;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipException;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Writes files into topics, row by row: those of compacted topics first, then the others in the
 * order given. Of several files of one topic always the row with the least time comes next, so that
 * each of them needs to be in order only by itself. A row that can't be read goes into its topic
 * unchanged, so that the job that reads it makes a dead letter of it.
 */
public final class FileFeed {
  /**
   * The times of rows that the job takes. Another one is none: it has no rows behind it wait for
   * those of other files.
   *
   * @param earliest in milliseconds since the epoch
   * @param maxAheadMillis how far they may be ahead of the clock
   */
  public record AcceptedTimes(long earliest, long maxAheadMillis) {
    /** Those that jobs take where nobody says otherwise: from 2000 to in an hour. */
    public static final AcceptedTimes DEFAULT = new AcceptedTimes(946_684_800_000L, 3_600_000);

    private boolean holds(long time, long now) {
      // So that a time of day can be added to it.
      return time >= earliest && time <= now + Math.min(maxAheadMillis, Long.MAX_VALUE / 2);
    }
  }

  private final List<InputFile> files;
  private final List<FieldSource> sources;
  private final TimeReader times;
  private final @Nullable String lineSource;
  private final AcceptedTimes accepted;

  /** Of each topic how far its rows were out of order. */
  private final Map<Topic<?>, Long> disorder = new LinkedHashMap<>();

  /**
   * A feed of {@code files}, whose foreign names and times are read by {@code sources} and {@code
   * times}.
   */
  public FileFeed(List<InputFile> files, List<FieldSource> sources, TimeReader times) {
    this(files, sources, times, null, AcceptedTimes.DEFAULT);
  }

  /**
   * The same.
   *
   * @param lineSource what raw lines are a log of that don't say so themselves; null for nothing
   * @param accepted the times that the job takes
   */
  public FileFeed(
      List<InputFile> files,
      List<FieldSource> sources,
      TimeReader times,
      @Nullable String lineSource,
      AcceptedTimes accepted) {
    this.files =
        files.stream()
            .sorted(Comparator.comparing(file -> file.topic().cleanup() != Cleanup.COMPACT))
            .toList();
    this.sources = List.copyOf(sources);
    this.times = times;
    this.lineSource = lineSource;
    this.accepted = accepted;
  }

  /**
   * Looks at the start of every file, and at the whole of bank statements.
   *
   * @throws InputException where one can't be read, its columns don't fit, or it is not whole
   */
  public void check() throws InputException {
    for (InputFile file : files) {
      StatementRows statements = statements(file);
      try (InputStream in = file.open()) {
        if (statements == null) {
          reader(file, splitter(file, in));
        } else {
          statements.read(in, entry -> {});
        }
      } catch (InputException | IOException e) {
        throw unreadable(file, "", e);
      }
    }
  }

  /**
   * Writes every row of every file, or those before {@code stop} became true.
   *
   * @throws InputException where a file can't be read to its end
   * @throws IOException where Kafka takes no more
   */
  public void feed(TopicFeeder feeder, BooleanSupplier stop) throws InputException, IOException {
    Map<Topic<?>, List<InputFile>> byTopic = new LinkedHashMap<>();
    for (InputFile file : files) {
      byTopic.computeIfAbsent(file.topic(), topic -> new ArrayList<>()).add(file);
    }
    for (Map.Entry<Topic<?>, List<InputFile>> each : byTopic.entrySet()) {
      feed(each.getKey(), each.getValue(), feeder, stop);
    }
    feeder.flush();
  }

  /**
   * How far rows that were fed came behind ones of later times, of topics in which one did; not of
   * raw lines, whose times are read by their job.
   */
  public Map<Topic<?>, Duration> disorder() {
    Map<Topic<?>, Duration> found = new LinkedHashMap<>();
    disorder.forEach((topic, millis) -> found.put(topic, Duration.ofMillis(millis)));
    return found;
  }

  private void feed(
      Topic<?> topic, List<InputFile> together, TopicFeeder feeder, BooleanSupplier stop)
      throws InputException, IOException {
    long now = System.currentTimeMillis();
    RecordTimes order = RecordTimes.of(topic, time -> accepted.holds(time, now));
    long latest = Long.MIN_VALUE;
    List<Rows> open = new ArrayList<>();
    try {
      PriorityQueue<Rows> heads = new PriorityQueue<>();
      for (InputFile file : together) {
        Rows rows = new Rows(file, open.size(), order);
        open.add(rows);
        if (rows.advance()) {
          heads.add(rows);
        }
      }
      while (!stop.getAsBoolean()) {
        Rows first = heads.poll();
        if (first == null) {
          return;
        }
        feeder.send(first.head());
        if (first.time < latest && first.time != Long.MIN_VALUE && !topic.isRaw()) {
          disorder.merge(topic, latest - first.time, Math::max);
        }
        latest = Math.max(latest, first.time);
        if (first.advance()) {
          heads.add(first);
        }
      }
    } finally {
      for (Rows rows : open) {
        rows.close();
      }
    }
  }

  private @Nullable StatementRows statements(InputFile file) {
    return file.statements()
        .map(reader -> new StatementRows(reader, sources, times.zone()))
        .orElse(null);
  }

  private RowReader reader(InputFile file, LineSplitter lines) throws IOException, InputException {
    return switch (file.format()) {
      case JSONL -> new JsonRows(TopicFields.of(file.topic(), sources, times));
      case LOG -> file.topic().isRaw() ? row -> row : LogRows.of(file.topic());
      case CSV -> {
        byte[] header = lines.next();
        if (header == null) {
          throw new InputException("the file is empty, but its first row must name the columns");
        }
        yield CsvRows.of(header, TopicFields.of(file.topic(), sources, times));
      }
      case CAMT053, MT940 -> throw new IllegalArgumentException(file.path() + " has no rows");
    };
  }

  private static LineSplitter splitter(InputFile file, InputStream in) {
    return new LineSplitter(in, file.format() == Format.CSV);
  }

  private static InputException unreadable(InputFile file, String where, Exception cause) {
    String reason = cause.getMessage();
    if (cause instanceof EOFException) {
      reason = "the compressed data ends early; the file is cut off";
    } else if (cause instanceof ZipException) {
      reason = "not valid gzip: " + reason;
    }
    return new InputException("can't read " + file.path() + where + ": " + reason, cause);
  }

  /** The records of one file, where every failure to read it names the file and the place. */
  private final class Rows implements Comparable<Rows>, AutoCloseable {
    private final InputFile file;
    private final int number;
    private final RecordTimes order;
    private final TopicRecords records;
    private final InputStream in;
    private final LineSplitter lines;
    private final RowReader reader;

    /** What is left of a bank statement; null for a file of rows. */
    private final @Nullable Iterator<byte[]> entries;

    private @Nullable ProducerRecord<byte[], byte[]> head;
    private long time = Long.MIN_VALUE;

    Rows(InputFile file, int number, RecordTimes order) throws InputException {
      this.file = file;
      this.number = number;
      this.order = order;
      records = new TopicRecords(file.topic(), lineSource);
      try {
        in = file.open();
        lines = splitter(file, in);
        StatementRows statements = statements(file);
        if (statements == null) {
          entries = null;
          reader = reader(file, lines);
        } else {
          List<byte[]> all = new ArrayList<>();
          statements.read(in, all::add);
          entries = all.iterator();
          reader = row -> row;
        }
      } catch (InputException | IOException e) {
        throw unreadable(file, "", e);
      }
    }

    /** Goes to the next record; false where there is none. */
    boolean advance() throws InputException {
      head = next();
      if (head == null) {
        return false;
      }
      time = order.of(head, time);
      return true;
    }

    ProducerRecord<byte[], byte[]> head() {
      return Objects.requireNonNull(head, "there is no record");
    }

    private @Nullable ProducerRecord<byte[], byte[]> next() throws InputException {
      if (entries != null) {
        return entries.hasNext() ? records.of(entries.next()) : null;
      }
      try {
        byte[] line = lines.next();
        if (line == null) {
          return null;
        }
        byte[] value = reader.read(line);
        return file.isOfRawLines() ? records.ofLine(value) : records.of(value);
      } catch (InputException | IOException e) {
        throw unreadable(file, " after line " + (lines.lineNumber() - 1), e);
      }
    }

    @Override
    public int compareTo(Rows other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Integer.compare(number, other.number);
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
