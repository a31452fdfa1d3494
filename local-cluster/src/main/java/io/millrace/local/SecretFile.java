package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with a secret, which an option names so that the secret is on no command line. */
final class SecretFile {
  private SecretFile() {}

  /**
   * The secret, without blanks around it.
   *
   * @param option names the file
   * @throws UsageException where the file can't be read
   */
  static String read(Path file, String option) throws UsageException {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UsageException(
          "can't read " + file + " (" + option + "): " + FailureCause.of(e), e);
    }
  }
}
