package io.millrace.local;

import io.millrace.local.flink.StateBackend;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options about state that every command which starts a Flink has. */
final class StateOptions {
  @Option(
      names = "--state",
      paramLabel = "rocksdb|hashmap",
      converter = StateConverter.class,
      description = "Where jobs keep their state; default rocksdb.")
  StateBackend state = StateBackend.ROCKSDB;

  @Option(
      names = "--checkpoint",
      paramLabel = "<duration>",
      converter = Durations.class,
      description = "Time between two checkpoints; default 1s.")
  Duration checkpoint = Duration.ofSeconds(1);

  /** Reads the name of a state backend. */
  static final class StateConverter implements ITypeConverter<StateBackend> {
    @Override
    public StateBackend convert(String text) {
      for (StateBackend backend : StateBackend.values()) {
        if (backend.code().equals(text.toLowerCase(Locale.ROOT))) {
          return backend;
        }
      }
      throw new TypeConversionException("'" + text + "' is neither rocksdb nor hashmap");
    }
  }
}
