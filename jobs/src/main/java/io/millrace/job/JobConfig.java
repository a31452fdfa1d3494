package io.millrace.job;

import io.millrace.connector.kafka.KafkaOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

/**
 * A job's options as its command line and its properties file give them: {@code --key value} or
 * {@code --key=value}, and in the file {@code key=value}. The command line wins over the file.
 * Every key must be one of the job's, or {@code kafka.} and the name of a Kafka client property.
 */
public final class JobConfig {
  static final String PROPERTIES_FILE = "properties-file";

  /** Ten thousand years: event times and durations can be added without overflow. */
  private static final Duration LONGEST = Duration.ofDays(3_652_425);

  private final JobDescription job;
  private final Configuration configuration;

  private JobConfig(JobDescription job, Configuration configuration) {
    this.job = job;
    this.configuration = configuration;
  }

  /**
   * Reads the options of {@code job}.
   *
   * @throws ProgramParametrizationException for an unknown option, a missing or invalid value or a
   *     file that can't be read; the message says which, and what is valid
   */
  public static JobConfig parse(String[] args, JobDescription job) {
    Map<String, String> given = commandLine(args);
    String file = given.remove(PROPERTIES_FILE);
    Map<String, String> values = file == null ? new LinkedHashMap<>() : properties(file);
    values.putAll(given);

    Map<String, ConfigOption<?>> known =
        job.options().stream().collect(Collectors.toMap(ConfigOption::key, option -> option));
    for (String key : values.keySet()) {
      if (!known.containsKey(key) && !key.startsWith(KafkaOptions.CLIENT_PREFIX)) {
        throw invalid(
            String.format(
                "unknown option --%s; valid: %s, %s, %s<client property>",
                key,
                String.join(", ", new TreeSet<>(known.keySet())),
                PROPERTIES_FILE,
                KafkaOptions.CLIENT_PREFIX));
      }
    }
    Configuration configuration = Configuration.fromMap(values);
    if (!configuration.contains(KafkaOptions.JOB_NAME)) {
      configuration.set(KafkaOptions.JOB_NAME, job.name());
    }
    JobConfig config = new JobConfig(job, configuration);
    known.values().forEach(config::check);
    return config;
  }

  /** Whether the arguments ask for the help text. */
  static boolean asksForHelp(String[] args) {
    return Arrays.asList(args).contains("--help");
  }

  /** The value of an option, or its default. */
  public <V> V get(ConfigOption<V> option) {
    return configuration.get(option);
  }

  /** The value of an option, or {@code otherwise} where it is not given. */
  public <V> V get(ConfigOption<V> option, V otherwise) {
    return configuration.getOptional(option).orElse(otherwise);
  }

  /** A duration in milliseconds. */
  public long millis(ConfigOption<Duration> option) {
    return get(option).toMillis();
  }

  /** All options given, as the connectors take them. */
  public Configuration configuration() {
    return configuration;
  }

  /** The job that these options are for. */
  public JobDescription job() {
    return job;
  }

  /** An option that can't be accepted. */
  static ProgramParametrizationException invalid(String message) {
    return new ProgramParametrizationException(message);
  }

  private void check(ConfigOption<?> option) {
    String given = configuration.toMap().getOrDefault(option.key(), "");
    Object value;
    try {
      value = configuration.getOptional(option).orElse(null);
    } catch (IllegalArgumentException e) {
      throw invalid(refusal(option, given, JobDescription.expected(option, rootMessage(e))));
    }
    if (value instanceof Duration duration
        && (duration.isNegative() || duration.compareTo(LONGEST) > 0)) {
      throw invalid(
          refusal(option, given, "a duration must be from 0s to " + LONGEST.toDays() + "d"));
    }
  }

  private static String refusal(ConfigOption<?> option, String given, String why) {
    return String.format(
        "invalid value for --%s: \"%s\" (%s). %s",
        option.key(), given, why, JobDescription.text(option));
  }

  private static Map<String, String> commandLine(String[] args) {
    Map<String, String> values = new LinkedHashMap<>();
    for (int i = 0; i < args.length; i++) {
      if (!args[i].startsWith("--") || args[i].length() == 2) {
        throw invalid("expected an option such as --key value, found \"" + args[i] + "\"");
      }
      String key = args[i].substring(2);
      int equals = key.indexOf('=');
      String value;
      if (equals >= 0) {
        value = key.substring(equals + 1);
        key = key.substring(0, equals);
      } else if (i + 1 < args.length) {
        value = args[++i];
      } else {
        throw invalid("option --" + key + " needs a value");
      }
      if (values.put(key, value) != null) {
        throw invalid("option --" + key + " is given twice");
      }
    }
    return values;
  }

  private static String rootMessage(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  private static Map<String, String> properties(String file) {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      properties.load(in);
    } catch (IOException | IllegalArgumentException e) {
      throw invalid("can't read --" + PROPERTIES_FILE + " " + file + ": " + e);
    }
    Map<String, String> values = new LinkedHashMap<>();
    for (String key : properties.stringPropertyNames()) {
      values.put(key, properties.getProperty(key));
    }
    return values;
  }
}
