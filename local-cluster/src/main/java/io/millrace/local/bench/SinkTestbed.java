package io.millrace.local.bench;

import io.millrace.local.broker.TopicAdmin;
import io.millrace.local.fault.ArchivedPlays;
import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.flink.StateBackend;
import io.millrace.local.host.Trees;
import io.millrace.local.process.BrokerProcess;
import io.millrace.local.process.JvmProgram;
import io.millrace.local.store.LocalCassandra;
import io.millrace.local.store.LocalOpenSearch;
import io.millrace.local.store.LocalPostgres;
import io.millrace.local.store.LocalRedis;
import io.millrace.local.store.LocalS3;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real servers of this machine that rows are written to. */
final class SinkTestbed implements Testbed {
  private static final Logger LOG = LoggerFactory.getLogger(SinkTestbed.class);
  private static final TimedJob.Setup SETUP =
      new TimedJob.Setup(1, StateBackend.HASHMAP, 64, Duration.ofSeconds(2));

  /** What passes records on is so much faster that it needs more to be timed. */
  private static final int PASSED_ON = 20;

  private static final String OUTPUT = "sinks.plays";

  /** Where in the bucket the archive is, and where the job's loop puts its objects. */
  private static final String SINK = "sink";

  private static final String LOOP = "loop";

  private final Site site;
  private final int rows;
  private final SinkLoad written;
  private final SinkLoad passedOn;
  private final Map<SinkVariant.Server, List<String>> addresses =
      new EnumMap<>(SinkVariant.Server.class);
  private final Deque<AutoCloseable> servers = new ArrayDeque<>();
  private String bootstrap = "";
  private @Nullable LocalS3 s3;

  private SinkTestbed(Site site, int rows, boolean passesOn) {
    this.site = site;
    this.rows = rows;
    this.written = SinkLoad.of(rows);
    this.passedOn = SinkLoad.of(passesOn ? (long) PASSED_ON * rows : 0);
  }

  /** Starts the servers that the variants write to. */
  static SinkTestbed open(Site site, BenchmarkRun.Scale scale)
      throws IOException, InterruptedException {
    Set<SinkVariant> variants =
        scale.of(Benchmark.SINKS).stream()
            .map(SinkVariant.class::cast)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(SinkVariant.class)));
    boolean passesOn = variants.stream().anyMatch(SinkVariant::isPassThrough);
    SinkTestbed testbed = new SinkTestbed(site, scale.records(), passesOn);
    try {
      for (SinkVariant.Server server : SinkVariant.Server.values()) {
        if (variants.stream().anyMatch(variant -> variant.server() == server)) {
          testbed.start(server);
        }
      }
      if (passesOn) {
        SinkLoad.fill(testbed.bootstrap, testbed.passedOn.rows(), site.isStopped());
      }
      return testbed;
    } catch (IOException | InterruptedException | RuntimeException e) {
      testbed.close();
      throw e;
    }
  }

  private void start(SinkVariant.Server server) throws IOException, InterruptedException {
    Path directory = site.directory().resolve(server.name().toLowerCase(Locale.ROOT));
    List<String> arguments =
        switch (server) {
          case REDIS -> List.of("--redis", started(LocalRedis.start(directory)).address());
          case POSTGRES -> {
            LocalPostgres postgres = started(LocalPostgres.start(directory));
            yield List.of(
                "--postgres",
                String.format(
                    "postgresql://%s:@%s/%s",
                    postgres.user(), postgres.address(), postgres.database()));
          }
          case CASSANDRA ->
              List.of(
                  "--cassandra",
                  started(LocalCassandra.start(site.children(), directory)).address());
          case OPENSEARCH ->
              List.of(
                  "--opensearch",
                  started(LocalOpenSearch.start(site.children(), directory)).address());
          case S3 -> {
            LocalS3 endpoint = started(LocalS3.start(site.children(), directory));
            s3 = endpoint;
            yield List.of(
                "--archive",
                "s3://" + LocalS3.BUCKET + "/" + SINK,
                "--archive-roll-size",
                "16mb",
                "--s3-endpoint",
                endpoint.address(),
                "--s3-bucket",
                LocalS3.BUCKET,
                "--s3-access-key",
                LocalS3.ACCESS_KEY,
                "--s3-secret-key",
                LocalS3.SECRET_KEY);
          }
          case KAFKA -> {
            bootstrap = started(BrokerProcess.start(site.children(), directory)).bootstrap();
            yield List.of(
                "--bootstrap",
                bootstrap,
                "--bounded",
                "true",
                "--start-from",
                "earliest",
                "--create-topics",
                "true");
          }
        };
    addresses.put(server, arguments);
  }

  private <T extends AutoCloseable> T started(T server) {
    servers.push(server);
    return server;
  }

  @Override
  public Map<String, String> description() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put(
        "load",
        String.format(
            Locale.ROOT,
            "%,d rows of six fields, each with its own key; %,d of them are passed on",
            written.rows(),
            passedOn.rows()));
    lines.put(
        "servers",
        addresses.keySet().stream()
            .map(server -> server.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", ", "", ", each in processes of its own")));
    lines.put("jobs", SETUP.description() + "; source, writer and all in one task");
    return lines;
  }

  @Override
  public JvmProgram program(Variant variant) throws IOException {
    SinkVariant own = (SinkVariant) variant;
    List<String> arguments = new ArrayList<>(addresses.getOrDefault(own.server(), List.of()));
    arguments.addAll(own.arguments(rows));
    TimedJob job = new TimedJob(site.programs().jobs(), own.mainClass(), SETUP, arguments);
    return switch (own) {
      case S3 ->
          job.program(own.code(), new FlinkPlugins(LocalS3.plugins(), endpoint().flinkSettings()));
      case S3_LOOP -> job.program(own.code(), List.of(LocalS3.pluginJars()));
      default -> job.program(own.code());
    };
  }

  private LocalS3 endpoint() {
    return Objects.requireNonNull(s3);
  }

  @Override
  public void check(Variant variant, Map<String, Long> figures)
      throws VoidRunException, IOException, InterruptedException {
    SinkVariant own = (SinkVariant) variant;
    SinkLoad load = own.isPassThrough() ? passedOn : written;
    Figures of = new Figures(own.code(), figures);
    of.require("rows made or read", RunTimes.SOURCE_RECORDS, load.rows());
    if (own.server() == SinkVariant.Server.S3) {
      ArchivedPlays found =
          own == SinkVariant.S3
              ? ArchivedPlays.inArchive(objects(SINK).resolve("plays"), rows)
              : ArchivedPlays.inFiles(objects(LOOP), rows);
      if (found.right() != rows || found.extra() != 0 || found.checksum() != load.checksum()) {
        throw new VoidRunException(
            String.format(
                "%s: %d of %d rows are there, and %d other things",
                own.code(), found.right(), rows, found.extra()));
      }
    } else if (own.server() == SinkVariant.Server.KAFKA) {
      SinkLoad found = SinkLoad.in(bootstrap, OUTPUT);
      if (!found.equals(load)) {
        throw new VoidRunException(own.code() + ": the topic has " + found + ", not " + load);
      }
    } else {
      of.require("rows in the store", Figures.RECORDS, load.rows());
      of.require("checksum of the rows in the store", Figures.CHECKSUM, load.checksum());
      of.require("rows that are missing", "missing", 0);
      of.require("things that are no rows", "extra", 0);
      of.require("rows that were refused", "refused", 0);
    }
  }

  private Path objects(String name) {
    return endpoint().objects().resolve(name);
  }

  /** Stores are emptied by the next run. */
  @Override
  public void clear(Variant variant) throws IOException, InterruptedException {
    if (((SinkVariant) variant).server() == SinkVariant.Server.S3) {
      Trees.delete(objects(variant == SinkVariant.S3 ? SINK : LOOP));
    }
    if (((SinkVariant) variant).server() == SinkVariant.Server.KAFKA) {
      TopicAdmin.delete(bootstrap, List.of(OUTPUT));
    }
  }

  @Override
  public List<String> findings() {
    return List.of();
  }

  @Override
  public void close() {
    for (AutoCloseable server : servers) {
      try {
        server.close();
      } catch (Exception e) {
        LOG.error("A server could not be stopped", e);
      }
    }
  }
}
