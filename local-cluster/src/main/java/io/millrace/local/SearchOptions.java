package io.millrace.local;

import io.millrace.local.store.LocalStores;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the OpenSearch of a command is, and who asks it. */
final class SearchOptions {
  @Option(
      names = "--opensearch",
      paramLabel = "<host:port>",
      description =
          "OpenSearch, with https:// before it for TLS. Without it, that of the cluster that is"
              + " up.")
  @Nullable String openSearch;

  @Option(
      names = "--topic-prefix",
      paramLabel = "<prefix>",
      description = "What your deployment puts before the names of topics.")
  String topicPrefix = "";

  @Option(names = "--user", paramLabel = "<user>", description = "Who asks OpenSearch.")
  @Nullable String user;

  @Option(
      names = "--password-file",
      paramLabel = "<file>",
      description = "File with the password of that user.")
  @Nullable Path passwordFile;

  /**
   * Its address.
   *
   * @param base where a standing cluster is found
   * @param command what to give the address to
   * @throws UsageException where there is none
   */
  String address(Path base, String command) throws UsageException {
    if (openSearch != null) {
      return openSearch;
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
  @Nullable String credentials() throws UsageException {
    if ((user == null) != (passwordFile == null)) {
      throw new UsageException("--user and --password-file belong together; give both or none");
    }
    return user == null || passwordFile == null
        ? null
        : user + ":" + SecretFile.read(passwordFile, "--password-file");
  }
}
