package io.millrace.connector.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.schema.lane.DeadLettered;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.Test;

class StoreWriterTest {
  private static final int ROWS = 20_000;

  /** A row whose text may be no text. */
  public record Note(String id, String text) {}

  /** What is written of it. */
  private record NoteWrite(String key) implements StoreWrite {
    @Override
    public String keyText() {
      return key;
    }

    @Override
    public long version() {
      return 1;
    }

    @Override
    public int bytes() {
      return 100;
    }
  }

  /** Takes nothing. */
  private static final class RefusingStore implements Store<NoteWrite> {
    private static final long serialVersionUID = 1L;

    @Override
    public String name() {
      return "the store";
    }

    @Override
    public String target() {
      return "store:notes";
    }

    @Override
    public String advice() {
      return "nothing";
    }

    @Override
    public StoreConnection<NoteWrite> connect() {
      return new StoreConnection<>() {
        @Override
        public List<Refusal<NoteWrite>> write(List<NoteWrite> writes) {
          return writes.stream().map(write -> new Refusal<>(write, "no")).toList();
        }

        @Override
        public void close() {}
      };
    }
  }

  /** Keeps what is logged. */
  private static final class Lines extends AbstractAppender {
    private final List<String> lines = new ArrayList<>();

    private Lines() {
      super("lines", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      lines.add(event.getMessage().getFormattedMessage());
    }
  }

  @Test
  void refusedRowsWithoutJson_allLetters_fewLogLinesWithoutTheirText() throws Exception {
    Lines lines = new Lines();
    lines.start();
    LoggerContext context = (LoggerContext) LogManager.getContext(false);
    LoggerConfig logger = new LoggerConfig(StoreWriter.class.getName(), Level.WARN, false);
    logger.addAppender(lines, Level.WARN, null);
    context.getConfiguration().addLogger(logger.getName(), logger);
    context.updateLoggers();
    List<DeadLettered> refused;
    try (StoreWriterRun<Note, NoteWrite> run =
        StoreWriterRun.of(
            Note.class, note -> new NoteWrite(note.id()), new RefusingStore(), Duration.ZERO)) {
      for (int i = 0; i < ROWS; i++) {
        run.write(new Note("note-" + i, "secret \ud800"));
      }
      run.flush();
      refused = run.refused();
    } finally {
      context.getConfiguration().removeLogger(logger.getName());
      context.updateLoggers();
    }

    assertThat(refused).hasSize(ROWS).allSatisfy(letter -> assertThat(letter.value()).isNull());
    // 1, 2, 4, ... 16384.
    assertThat(lines.lines).hasSize(15).noneMatch(line -> line.contains("secret"));
    assertThat(lines.lines.get(14)).startsWith("16384 rows that the store refused");
  }
}
