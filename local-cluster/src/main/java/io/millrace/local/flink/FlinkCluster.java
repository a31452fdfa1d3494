package io.millrace.local.flink;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.client.program.ProgramInvocationException;

/** A Flink cluster of this machine that takes jobs. */
public interface FlinkCluster extends AutoCloseable {
  /** Address of the web UI and of REST, without a path. */
  URI address();

  /**
   * Runs the {@code main} of a job the way {@code flink run} does: here, in a class loader of its
   * own. Returns once the cluster has its job, which goes there over REST together with the jar. So
   * a job needs nothing on our class path, and what works here works on a real cluster.
   *
   * @param jar the jar with the job and everything that it needs beside Flink
   * @param mainClass the class in it whose {@code main} is run
   * @param arguments what that {@code main} gets
   * @param start how the job starts
   * @throws ProgramInvocationException where {@code main} fails; its own exception is among the
   *     causes
   * @throws org.apache.flink.client.program.ProgramParametrizationException where {@code main}
   *     refuses its arguments
   */
  SubmittedJob submit(Path jar, String mainClass, List<String> arguments, Submission.Start start)
      throws ProgramInvocationException;

  /** Stops the cluster and every job on it. */
  @Override
  void close();
}
