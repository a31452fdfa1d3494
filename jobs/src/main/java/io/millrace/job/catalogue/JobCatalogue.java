package io.millrace.job.catalogue;

import io.millrace.job.JobDescription;
import io.millrace.job.files.FileExportJob;
import io.millrace.job.files.FileIngestionJob;
import io.millrace.job.listening.TrendingSongsJob;
import io.millrace.job.location.LocationFanoutJob;
import io.millrace.job.logs.LogIngestionJob;
import io.millrace.job.payments.ReconciliationJob;
import io.millrace.job.ratelimit.RateCountingJob;
import io.millrace.job.web.HeavyHittersJob;
import java.util.List;

/** Every job in the jar. */
public final class JobCatalogue {
  /** Where the jar describes its jobs to those who submit it. */
  public static final String RESOURCE = "META-INF/millrace/jobs.json";

  /** All jobs, by the number of their systems. */
  public static final List<JobDescription> ALL =
      List.of(
          TrendingSongsJob.JOB,
          LogIngestionJob.JOB,
          LocationFanoutJob.JOB,
          FileIngestionJob.JOB,
          FileExportJob.JOB,
          RateCountingJob.JOB,
          HeavyHittersJob.JOB,
          ReconciliationJob.JOB);

  private JobCatalogue() {}

  /**
   * The job of a name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static JobDescription named(String name) {
    return ALL.stream()
        .filter(job -> job.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no job " + name));
  }
}
