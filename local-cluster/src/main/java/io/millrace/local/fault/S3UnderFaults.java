package io.millrace.local.fault;

import io.millrace.local.flink.FlinkPlugins;
import io.millrace.local.process.Children;
import io.millrace.local.store.LocalS3;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** An S3 endpoint that an archive is written to, and what befalls it. */
public final class S3UnderFaults implements StoreUnderFaults {
  /** There are far fewer requests than rows. */
  private static final int FAILS_ONE_REQUEST_OF = 10;

  private final LocalS3 s3;

  private S3UnderFaults(LocalS3 s3) {
    this.s3 = s3;
  }

  /** Starts an endpoint with its files in {@code directory}. */
  public static S3UnderFaults start(Children children, Path directory) throws IOException {
    return new S3UnderFaults(LocalS3.start(children, directory));
  }

  /** What a Flink needs that writes to it. */
  public FlinkPlugins plugins() throws IOException {
    return new FlinkPlugins(LocalS3.plugins(), s3.flinkSettings());
  }

  @Override
  public String mainClass() {
    return "io.millrace.job.bench.ArchiveSinkJob";
  }

  /** Each outage has an archive of its own, whose files are finished all along. */
  @Override
  public List<String> arguments(Outage outage) {
    return List.of(
        "--archive", "s3://" + LocalS3.BUCKET + "/" + outage.code(), "--archive-roll-size", "4mb");
  }

  @Override
  public void begin(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> s3.process().kill();
      case HANGING -> s3.process().suspend();
      case ERRORS -> s3.failOneOf(FAILS_ONE_REQUEST_OF);
      case REVOKED -> s3.admitOnly(ANOTHER_PASSWORD);
    }
  }

  @Override
  public void end(Outage outage) throws IOException, InterruptedException {
    switch (outage) {
      case STOPPED -> s3.restart();
      case HANGING -> s3.process().resume();
      case ERRORS -> s3.failOneOf(0);
      case REVOKED -> s3.admitAgain();
    }
  }

  @Override
  public long failedCommands() throws IOException {
    return s3.failed();
  }

  /** It holds the job back inside of Flink's file system, or has it start again. */
  @Override
  public boolean isArchive() {
    return true;
  }

  @Override
  public Map<String, String> readBack(Outage outage, int rows) throws IOException {
    ArchivedPlays plays =
        ArchivedPlays.inArchive(s3.objects().resolve(outage.code()).resolve("plays"), rows);
    return Map.of(
        SinkTrial.ROWS,
        String.valueOf(plays.right()),
        SinkTrial.MISSING,
        String.valueOf(plays.missing()),
        SinkTrial.EXTRA,
        String.valueOf(plays.extra()));
  }

  @Override
  public void close() {
    s3.close();
  }
}
