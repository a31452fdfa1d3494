package io.millrace.local.process;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.flink.FlinkDefaults;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.host.ClassPath;
import io.millrace.local.host.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessSpec;
import org.apache.flink.runtime.clusterframework.TaskExecutorProcessUtils;
import org.apache.flink.runtime.util.config.memory.ProcessMemoryUtils;

/** The programs of a Flink cluster, and the one {@code config.yaml} that all of them read. */
final class FlinkPrograms {
  static final String JOB_MANAGER = "jobmanager";
  static final String TASK_MANAGER = "taskmanager";

  private static final String ZOOKEEPER = "zookeeper";
  private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(5);

  /** A stopped process is given up after this; a busy machine must not look like one. */
  private static final Duration HEARTBEAT_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

  /** So many failures a task manager in five minutes end a run. */
  private static final int FAILURES_PER_TASK_MANAGER = 4;

  private static final Duration WEB_TIMEOUT = Duration.ofSeconds(30);

  /** What Flink's own scripts open to it, as far as our jobs reach. */
  private static final List<String> OPENED =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.net=ALL-UNNAMED",
          "--add-opens=java.base/java.nio=ALL-UNNAMED",
          "--add-opens=java.base/java.time=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED");

  private final Path directory;
  private final Configuration configuration;
  private final boolean underFaults;
  private final FlinkPlugins plugins;
  private final ClassPath classPath = ClassPath.current().flinkOnly();

  private FlinkPrograms(
      Path directory, Configuration configuration, boolean underFaults, FlinkPlugins plugins) {
    this.directory = directory;
    this.configuration = configuration;
    this.underFaults = underFaults;
    this.plugins = plugins;
  }

  /** Writes the configuration of a cluster whose files are in {@code directory}. */
  static FlinkPrograms prepare(Path directory, ProcessSettings settings, FlinkPlugins plugins)
      throws IOException {
    Configuration flink = FlinkDefaults.of(directory, settings.flink());
    flink.addAll(Configuration.fromMap(plugins.settings()));
    int zooKeeperPort = FreePorts.find();

    flink.set(HighAvailabilityOptions.HA_MODE, "zookeeper");
    flink.set(
        HighAvailabilityOptions.HA_ZOOKEEPER_QUORUM, FlinkDefaults.LOOPBACK + ":" + zooKeeperPort);
    flink.set(
        HighAvailabilityOptions.HA_STORAGE_PATH,
        Files.createDirectories(directory.resolve("ha")).toUri().toString());
    flink.set(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, SESSION_TIMEOUT);
    flink.set(HighAvailabilityOptions.ZOOKEEPER_CONNECTION_TIMEOUT, SESSION_TIMEOUT);
    flink.set(SecurityOptions.ZOOKEEPER_SASL_DISABLE, true);
    flink.set(HeartbeatManagerOptions.HEARTBEAT_INTERVAL, HEARTBEAT_INTERVAL);
    // While a question to a dead task manager waits, Flink collects no metrics of the others.
    flink.set(WebOptions.TIMEOUT, WEB_TIMEOUT);
    flink.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, HEARTBEAT_TIMEOUT);
    // On loopback, one that can't be reached is dead.
    flink.set(HeartbeatManagerOptions.HEARTBEAT_RPC_FAILURE_THRESHOLD, 1);
    flink.set(JobManagerOptions.ADDRESS, FlinkDefaults.LOOPBACK);
    // Each that dies may fail the job more than once before it runs again.
    flink.set(
        RestartStrategyOptions.RESTART_STRATEGY_FAILURE_RATE_MAX_FAILURES_PER_INTERVAL,
        FAILURES_PER_TASK_MANAGER * settings.taskManagers());
    if (settings.underFaults()) {
      // Restarts are timed from outside, which a view that is seconds old would not allow.
      flink.set(WebOptions.REFRESH_INTERVAL, Duration.ofMillis(100));
      flink.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
      flink.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
          Duration.ofMillis(200));
      flink.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
          Duration.ofSeconds(5));
      flink.set(
          RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_RESET_BACKOFF_THRESHOLD,
          Duration.ofSeconds(10));
    }

    flink.set(TaskManagerOptions.NUM_TASK_SLOTS, settings.slots());
    flink.set(TaskManagerOptions.TASK_HEAP_MEMORY, MemorySize.ofMebiBytes(512));
    flink.set(
        TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128L * settings.slots()));

    FlinkPrograms programs = new FlinkPrograms(directory, flink, settings.underFaults(), plugins);
    programs.writeConfiguration();
    programs.writeZooKeeperConfiguration(zooKeeperPort);
    return programs;
  }

  /** The directory with {@code config.yaml}. */
  Path configDirectory() {
    return directory.resolve("conf");
  }

  /** A copy of the configuration, for clients in this JVM. */
  Configuration configuration() {
    Configuration client = new Configuration(configuration);
    // REST's address is known; there is no need to look for the leader.
    client.removeConfig(HighAvailabilityOptions.HA_MODE);
    return client;
  }

  JvmProgram zooKeeper() {
    return JvmProgram.of(
        ZOOKEEPER,
        "org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer",
        classPath,
        List.of("-Xmx96m", JvmProgram.COMPILE_SOON),
        List.of(
            "--zkConfigFile", configDirectory().resolve("zoo.cfg").toString(), "--peerId", "1"));
  }

  JvmProgram jobManager(String name, int restPort, Path temporary) {
    List<String> options = new ArrayList<>(OPENED);
    options.addAll(
        List.of("-Xms256m", "-Xmx512m", "-XX:MaxMetaspaceSize=256m", JvmProgram.COMPILE_SOON));
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--configDir", configDirectory().toString()));
    arguments.addAll(
        settings(
            RestOptions.PORT.key() + "=" + restPort,
            RestOptions.BIND_PORT.key() + "=" + restPort,
            CoreOptions.TMP_DIRS.key() + "=" + temporary));
    return new JvmProgram(
        name,
        "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
        classPath,
        options,
        arguments,
        plugins.environment());
  }

  JvmProgram taskManager(String name, Path temporary) {
    TaskExecutorProcessSpec memory = TaskExecutorProcessUtils.processSpecFromConfig(configuration);
    List<String> options = new ArrayList<>(OPENED);
    options.addAll(words(ProcessMemoryUtils.generateJvmParametersStr(memory)));
    if (underFaults) {
      options.add(JvmProgram.COMPILE_SOON);
      // A heap that fills for the first time must not look like memory that is never given back.
      options.add("-XX:+AlwaysPreTouch");
    }
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of("--configDir", configDirectory().toString()));
    arguments.addAll(words(TaskExecutorProcessUtils.generateDynamicConfigsStr(memory)));
    arguments.addAll(
        settings(
            TaskManagerOptions.TASK_MANAGER_RESOURCE_ID.key() + "=" + name,
            CoreOptions.TMP_DIRS.key() + "=" + temporary));
    return new JvmProgram(
        name,
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
        classPath,
        options,
        arguments,
        plugins.environment());
  }

  private static List<String> settings(String... pairs) {
    List<String> arguments = new ArrayList<>();
    for (String pair : pairs) {
      arguments.add("-D");
      arguments.add(pair);
    }
    return arguments;
  }

  private static List<String> words(String text) {
    return Arrays.stream(text.split(" ", -1)).filter(word -> !word.isEmpty()).toList();
  }

  /** Values are quoted as JSON, of which YAML is a superset. */
  private void writeConfiguration() throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> lines = new ArrayList<>();
    for (var entry : new TreeMap<>(configuration.toMap()).entrySet()) {
      lines.add(entry.getKey() + ": " + json.writeValueAsString(entry.getValue()));
    }
    Files.createDirectories(configDirectory());
    Files.write(configDirectory().resolve("config.yaml"), lines);
  }

  private void writeZooKeeperConfiguration(int port) throws IOException {
    Path data = Files.createDirectories(directory.resolve(ZOOKEEPER));
    Files.write(
        configDirectory().resolve("zoo.cfg"),
        List.of(
            "dataDir=" + data.toAbsolutePath(),
            "clientPort=" + port,
            "clientPortAddress=" + FlinkDefaults.LOOPBACK,
            "server.1=" + FlinkDefaults.LOOPBACK + ":" + FreePorts.find() + ":" + FreePorts.find(),
            "tickTime=500",
            "initLimit=10",
            "syncLimit=10",
            "admin.enableServer=false",
            // Nothing here outlives the machine's power.
            "forceSync=no"));
  }
}
