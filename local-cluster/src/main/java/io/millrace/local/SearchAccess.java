package io.millrace.local;

import io.millrace.local.flink.FailureCause;
import io.millrace.local.store.LocalStores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where the OpenSearch of a command is, and who asks it. */
final class SearchAccess {
  private SearchAccess() {}

  /**
   * Its address.
   *
   * @param given what the user gave; null for the one of the cluster that is up
   * @param base where a standing cluster is found
   * @param command what to give the address to
   * @throws UsageException where there is none
   */
  static String address(@Nullable String given, Path base, String command) throws UsageException {
    if (given != null) {
      return given;
    }
    Optional<String> up =
        StandingCluster.find(base)
            .map(StandingCluster::stores)
            .map(stores -> stores.get(LocalStores.OPENSEARCH));
    return up.orElseThrow(
        () ->
            new UsageException(
                "name OpenSearch: "
                    + command
                    + " --opensearch <host:port>; no cluster with one is up"));
  }

  /**
   * A user and its password, as {@code user:password}; null for nobody.
   *
   * @throws UsageException where one of them is missing, or the file can't be read
   */
  static @Nullable String credentials(@Nullable String user, @Nullable Path passwordFile)
      throws UsageException {
    if ((user == null) != (passwordFile == null)) {
      throw new UsageException("--user and --password-file belong together; give both or none");
    }
    if (user == null || passwordFile == null) {
      return null;
    }
    try {
      return user + ":" + Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw new UsageException("can't read " + passwordFile + ": " + FailureCause.of(e), e);
    }
  }
}
