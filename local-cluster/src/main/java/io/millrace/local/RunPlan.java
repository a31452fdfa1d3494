package io.millrace.local;

import io.millrace.local.dashboard.DashboardSettings;
import io.millrace.local.feed.FieldSource;
import io.millrace.local.feed.FileFeed;
import io.millrace.local.feed.FileFeed.AcceptedTimes;
import io.millrace.local.feed.InputException;
import io.millrace.local.feed.InputFile;
import io.millrace.local.feed.SeededFeeds;
import io.millrace.local.feed.SeededFiles;
import io.millrace.local.feed.TimeReader;
import io.millrace.local.feed.TopicFeeder;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.flink.FlinkSettings;
import io.millrace.local.host.FreePorts;
import io.millrace.local.process.ProcessSettings;
import io.millrace.local.store.LocalStores;
import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.EventTimes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.util.TimeUtils;
import org.jspecify.annotations.Nullable;

/**
 * A run whose options were all checked, before anything is started.
 *
 * @param job the job
 * @param jobsJar the jar it is in
 * @param inputs the topics it reads
 * @param files the files to feed; null where the seeded feeds run
 * @param feeds the seeded feeds; empty where files are fed
 * @param seededFiles the files to write for a job that reads files and was told none; else null
 * @param feedDuration how long the seeded feeds run; null for as long as the run
 * @param bounded whether the run ends with its input
 * @param output where to write the sink topics; null for nowhere
 * @param settings the job's options as the user set them
 * @param flink Flink's settings
 * @param s3 the S3 that Flink has
 * @param processes how Flink's processes are started; null runs it in this JVM
 * @param stores the stores to start
 * @param dashboard where to offer the dashboard; null for nowhere
 * @param openDashboard whether to open it in the user's browser
 */
record RunPlan(
    JobCatalogue.Job job,
    Path jobsJar,
    List<Topic<?>> inputs,
    @Nullable FileFeed files,
    SeededFeeds feeds,
    @Nullable SeededFiles seededFiles,
    @Nullable Duration feedDuration,
    boolean bounded,
    @Nullable Path output,
    Map<String, String> settings,
    FlinkSettings flink,
    S3Options s3,
    @Nullable ProcessSettings processes,
    Set<String> stores,
    @Nullable DashboardSettings dashboard,
    boolean openDashboard) {

  static final String STORES_OPTION = "stores";

  /** Where a job finds its files. */
  static final String LOCATION_OPTION = "location";

  /** What begins the location of files of this machine, before their directory. */
  static final String LOCAL_FILES = "file:";

  /** Which topics a job reads, where it is told that. */
  private static final String TOPICS_OPTION = "topics";

  /** What the lines of log files are a log of. */
  private static final String LINE_SOURCE_OPTION = "source";

  /** A file with more of them; what the local cluster decides counts for nothing in it. */
  private static final String PROPERTIES_FILE_OPTION = "properties-file";

  /** How far records may be out of order, and what that is where nobody says. */
  static final String OUT_OF_ORDERNESS_OPTION = "max-out-of-orderness";

  private static final long OUT_OF_ORDERNESS_MILLIS = 5_000;

  /** Options that tell a job where it is; here that is decided already. */
  private static final Set<String> OWN =
      Set.of(
          "bootstrap",
          "bounded",
          "create-tables",
          "create-topics",
          "topic-prefix",
          LocalStores.REDIS,
          LocalStores.CASSANDRA,
          LocalStores.POSTGRES,
          LocalStores.OPENSEARCH,
          "cassandra-datacenter",
          "cassandra-user",
          "cassandra-password",
          "opensearch-user",
          "opensearch-password");

  private static final String CLIENT_PROPERTY_PREFIX = "kafka.";

  /**
   * Checks the options of a run.
   *
   * @throws UsageException where they don't fit the job, the machine or each other
   */
  static RunPlan of(JobCatalogue.Job job, Path jobsJar, RunOptions options) throws UsageException {
    FlinkSettings flink;
    try {
      flink =
          new FlinkSettings(
              options.parallelism,
              options.stateOptions.state,
              options.stateOptions.checkpoint,
              options.port);
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
    if (options.port != 0 && !FreePorts.isFree(options.port)) {
      throw new UsageException(
          "port " + options.port + " is taken; choose another one, or leave --port out");
    }
    options.s3Options.check();
    Map<String, String> settings = settings(job, options.settings, options.noStores);
    List<Topic<?>> inputs = inputs(job, settings.get(TOPICS_OPTION));
    Set<String> stores = stores(job, options.noStores, settings.get(STORES_OPTION));
    if (!LocalStores.KNOWN.containsAll(stores)) {
      throw new UsageException(
          "no local store for "
              + String.join(", ", stores)
              + " yet; leave it out with --no-stores");
    }
    FileFeed files = files(job, inputs, options, settings);
    SeededFeeds feeds =
        SeededFeeds.of(
            files == null ? inputs : List.of(), options.feed.seed, options.feed.ratePerSecond);
    boolean readsTopics = !inputs.isEmpty();
    SeededFiles seededFiles =
        readsTopics || settings.containsKey(LOCATION_OPTION)
            ? null
            : new SeededFiles(options.feed.seed, options.feed.ratePerSecond);
    if (files == null && feeds.isEmpty() && readsTopics) {
      throw new UsageException(
          "there is no seeded feed for " + names(inputs) + "; give --input <topic>=<file>");
    }
    boolean isFed = (files == null && readsTopics) || seededFiles != null;
    if (isFed && options.bounded && options.feed.duration == null) {
      throw new UsageException(
          "--bounded needs an end: give "
              + (readsTopics ? "--input" : "--set " + LOCATION_OPTION + "=<address>")
              + ", or --duration of the feed");
    }
    return new RunPlan(
        job,
        jobsJar,
        inputs,
        files,
        feeds,
        seededFiles,
        options.feed.duration,
        options.bounded,
        output(options.output),
        settings,
        flink,
        options.s3Options,
        processes(options, flink),
        stores,
        options.noDashboard ? null : options.dashboardOptions.settings(),
        options.dashboardOptions.open);
  }

  /**
   * The topics that a job reads: its own, or those that its options name. The job itself refuses
   * those that it can't read.
   */
  private static List<Topic<?>> inputs(JobCatalogue.Job job, @Nullable String given)
      throws UsageException {
    List<String> names =
        given == null
            ? job.inputs()
            : Arrays.stream(given.split(",", -1)).map(String::strip).toList();
    List<Topic<?>> inputs = new ArrayList<>();
    for (String name : names) {
      inputs.add(
          Topics.byName(name)
              .orElseThrow(
                  () ->
                      new UsageException(
                          given == null
                              ? "the catalogue has no topic " + name + "; build both modules again"
                              : "the catalogue has no topic '" + name + "'")));
    }
    return inputs;
  }

  private static String names(List<Topic<?>> topics) {
    return topics.stream().map(Topic::name).collect(Collectors.joining(", "));
  }

  /** Whether the job asks for a directory that the user did not name. */
  boolean lacksLocation() {
    return lacksLocation(job, settings);
  }

  /** Whether a job asks for a directory that its settings don't name. */
  static boolean lacksLocation(JobCatalogue.Job job, Map<String, String> settings) {
    return !settings.containsKey(LOCATION_OPTION)
        && job.options().stream().anyMatch(option -> option.key().equals(LOCATION_OPTION));
  }

  private static @Nullable ProcessSettings processes(RunOptions options, FlinkSettings flink)
      throws UsageException {
    if (!options.processes) {
      if (options.taskManagers != null) {
        throw new UsageException("--taskmanagers needs --processes; give both");
      }
      return null;
    }
    try {
      return new ProcessSettings(
          flink, 1, options.taskManagers == null ? 1 : options.taskManagers, 1, false);
    } catch (IllegalArgumentException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
  }

  /** Those of the job's stores that are written; the job itself refuses names of others. */
  private static Set<String> stores(JobCatalogue.Job job, boolean none, @Nullable String given) {
    Set<String> stores = new TreeSet<>(none ? List.of() : job.stores());
    if (given != null) {
      stores.retainAll(Arrays.stream(given.split(",", -1)).map(String::strip).toList());
    }
    return stores;
  }

  /** Whether users may set the option of that name. */
  static boolean isSettable(String key) {
    return !OWN.contains(key);
  }

  /** What the job's {@code main} gets. */
  List<String> arguments(String bootstrap, Map<String, String> stores) {
    return arguments(job, settings, bounded, bootstrap, stores);
  }

  /**
   * What the {@code main} of a job gets on a cluster with these servers.
   *
   * @param stores addresses of stores by their names
   */
  static List<String> arguments(
      JobCatalogue.Job job,
      Map<String, String> settings,
      boolean bounded,
      String bootstrap,
      Map<String, String> stores) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("bootstrap", bootstrap);
    all.put("create-topics", "true");
    all.put("bounded", String.valueOf(bounded));
    List<String> written = job.stores().stream().filter(stores::containsKey).toList();
    written.forEach(store -> all.put(store, stores.get(store)));
    if (written.size() < job.stores().size()) {
      all.put(STORES_OPTION, written.isEmpty() ? "none" : String.join(",", written));
    }
    if (written.stream().anyMatch(LocalStores.WITH_TABLES::contains)) {
      all.put("create-tables", "true");
    }
    all.putAll(settings);
    List<String> arguments = new ArrayList<>();
    all.forEach(
        (key, value) -> {
          arguments.add("--" + key);
          arguments.add(value);
        });
    return arguments;
  }

  /**
   * Feeds the inputs as time goes by, until they end or {@code stop} becomes true.
   *
   * @param directory for files, where the job reads files
   * @throws InputException where a file can't be read to its end
   * @throws IOException where Kafka takes no more
   */
  void feedLive(TopicFeeder feeder, Path directory, BooleanSupplier stop)
      throws IOException, InputException {
    Duration duration = feedDuration == null ? Duration.ofMillis(Long.MAX_VALUE) : feedDuration;
    if (seededFiles != null) {
      seededFiles.writeLive(directory, duration, stop);
    } else if (files != null) {
      files.feed(feeder, stop);
    } else if (!feeds.isEmpty()) {
      feeds.feedLive(feeder, duration, stop);
    }
  }

  private static @Nullable FileFeed files(
      JobCatalogue.Job job, List<Topic<?>> inputs, RunOptions options, Map<String, String> settings)
      throws UsageException {
    String lineSource = settings.get(LINE_SOURCE_OPTION);
    try {
      List<InputFile> files = new ArrayList<>();
      for (String input : options.feed.inputs) {
        files.add(file(job, inputs, input));
      }
      if (files.isEmpty()
          && !(options.feed.maps.isEmpty()
              && options.feed.timeFormat == null
              && options.feed.timeZone == null)) {
        throw new UsageException("--map, --time-format and --time-zone need an --input");
      }
      List<FieldSource> sources = new ArrayList<>();
      for (String map : options.feed.maps) {
        sources.add(source(map, files, sources));
      }
      TimeReader times = TimeReader.of(options.feed.timeFormat, options.feed.timeZone);
      if (files.isEmpty()) {
        return null;
      }
      for (InputFile file : files) {
        if (file.isOfRawLines() && lineSource == null) {
          throw new UsageException(
              "lines of "
                  + file.path()
                  + " don't say what they are a log of; add --set "
                  + LINE_SOURCE_OPTION
                  + "=<name>");
        }
      }
      FileFeed feed = new FileFeed(files, sources, times, lineSource, accepted(settings));
      feed.check();
      return feed;
    } catch (InputException e) {
      throw new UsageException(FailureCause.oneLine(e), e);
    }
  }

  /** One {@code --map}, which must be of a file and differ from those before it. */
  private static FieldSource source(String map, List<InputFile> files, List<FieldSource> before)
      throws UsageException, InputException {
    FieldSource source = FieldSource.parse(map);
    if (files.stream().noneMatch(file -> file.topic().equals(source.topic()))) {
      throw new UsageException(
          "--map '"
              + map
              + "' is of no --input; add --input "
              + source.topic().name()
              + "=<file>, or leave it out");
    }
    if (before.stream()
        .anyMatch(
            other ->
                other.topic().equals(source.topic()) && other.field().equals(source.field()))) {
      throw new UsageException(
          "--map "
              + source.topic().name()
              + "."
              + source.field()
              + " is given twice; give it once");
    }
    return source;
  }

  /** The event times that the job takes. */
  private static AcceptedTimes accepted(Map<String, String> settings) {
    AcceptedTimes byDefault = AcceptedTimes.DEFAULT;
    long maxAhead = millis(settings, "max-ahead", byDefault.maxAheadMillis());
    String earliest = settings.get("event-time-min");
    try {
      return new AcceptedTimes(
          earliest == null ? byDefault.earliest() : EventTimes.millis(earliest), maxAhead);
    } catch (DateTimeException | ArithmeticException e) {
      // The job itself refuses it.
      return new AcceptedTimes(byDefault.earliest(), maxAhead);
    }
  }

  /** How far the job lets the records of a partition be out of order. */
  Duration maxOutOfOrderness() {
    return Duration.ofMillis(millis(settings, OUT_OF_ORDERNESS_OPTION, OUT_OF_ORDERNESS_MILLIS));
  }

  /** A duration among the options; the job itself refuses what is none. */
  private static long millis(Map<String, String> settings, String option, long otherwise) {
    String given = settings.get(option);
    try {
      return given == null ? otherwise : TimeUtils.parseDuration(given).toMillis();
    } catch (IllegalArgumentException | ArithmeticException e) {
      return otherwise;
    }
  }

  private static InputFile file(JobCatalogue.Job job, List<Topic<?>> inputs, String input)
      throws UsageException, InputException {
    if (job.inputs().isEmpty()) {
      throw new UsageException(
          job.name()
              + " reads no topic; give --set "
              + LOCATION_OPTION
              + "=file:<directory> instead of --input");
    }
    int equals = input.indexOf('=');
    if (equals <= 0 || equals + 1 == input.length()) {
      throw new UsageException("--input '" + input + "' must be <topic>=<file>");
    }
    String name = input.substring(0, equals);
    Topic<?> topic = Topics.byName(name).orElse(null);
    if (topic == null || !inputs.contains(topic)) {
      throw new UsageException(
          job.name() + " does not read topic " + name + "; it reads " + names(inputs));
    }
    try {
      return InputFile.of(topic, Path.of(input.substring(equals + 1)));
    } catch (InvalidPathException e) {
      throw new UsageException("--input '" + input + "' names no file: " + e.getReason(), e);
    }
  }

  /** Where to write, which is looked at before anything starts. */
  private static @Nullable Path output(@Nullable Path directory) throws UsageException {
    if (directory == null) {
      return null;
    }
    if (directory.toString().isEmpty()) {
      throw new UsageException("--output names no directory; give it one");
    }
    if (Files.isDirectory(directory)) {
      requireEmpty(directory);
    } else if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      throw new UsageException("--output " + directory + " is not a directory; name another one");
    }
    Path existing = directory.toAbsolutePath().normalize();
    while (existing.getParent() != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (!Files.isDirectory(existing)) {
      throw new UsageException(
          "--output "
              + directory
              + " can't be made: "
              + existing
              + " is not a directory; name another one");
    }
    if (!Files.isWritable(existing)) {
      throw new UsageException(
          "--output "
              + directory
              + " can't be written: you may not write in "
              + existing
              + "; name another directory");
    }
    return directory;
  }

  private static void requireEmpty(Path directory) throws UsageException {
    try (Stream<Path> entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw new UsageException(
            "--output " + directory + " is not empty; empty it or name another directory");
      }
    } catch (IOException | UncheckedIOException e) {
      throw new UsageException("can't look into --output " + directory + "; name another one", e);
    }
  }

  /**
   * The options of a job as the user set them.
   *
   * @throws UsageException for one that the job does not have or that users may not set
   */
  static Map<String, String> settings(JobCatalogue.Job job, List<String> given, boolean noStores)
      throws UsageException {
    Set<String> valid = new TreeSet<>();
    job.options().stream()
        .map(JobCatalogue.Option::key)
        .filter(RunPlan::isSettable)
        .forEach(valid::add);
    Map<String, String> settings = new LinkedHashMap<>();
    for (String setting : given) {
      int equals = setting.indexOf('=');
      if (equals <= 0) {
        throw new UsageException("--set '" + setting + "' must be <option>=<value>");
      }
      String key = setting.substring(0, equals);
      if (!isSettable(key)) {
        throw new UsageException("--set " + key + " is not possible: the local cluster sets it");
      }
      if (!key.equals(PROPERTIES_FILE_OPTION)) {
        requireKnown(key, valid, job);
      }
      if (settings.put(key, setting.substring(equals + 1)) != null) {
        throw new UsageException("--set " + key + " is given twice; give it once");
      }
    }
    String file = settings.remove(PROPERTIES_FILE_OPTION);
    if (file != null) {
      Properties properties = properties(file);
      for (String key : new TreeSet<>(properties.stringPropertyNames())) {
        if (isSettable(key) && !(noStores && key.equals(STORES_OPTION))) {
          requireKnown(key, valid, job);
          settings.putIfAbsent(key, properties.getProperty(key));
        }
      }
    }
    if (noStores && settings.containsKey(STORES_OPTION)) {
      throw new UsageException("--no-stores and --set stores exclude each other; give one");
    }
    return settings;
  }

  private static void requireKnown(String key, Set<String> valid, JobCatalogue.Job job)
      throws UsageException {
    if (!valid.contains(key) && !key.startsWith(CLIENT_PROPERTY_PREFIX)) {
      throw new UsageException(
          "unknown option '" + key + "' of " + job.name() + "; valid: " + String.join(", ", valid));
    }
  }

  /** What a file says that a job on another cluster gets too. */
  private static Properties properties(String file) throws UsageException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      properties.load(in);
      return properties;
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(
          "can't read --set "
              + PROPERTIES_FILE_OPTION
              + "="
              + file
              + "; name a file of"
              + " <option>=<value> lines",
          e);
    }
  }
}
