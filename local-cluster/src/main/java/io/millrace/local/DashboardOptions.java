package io.millrace.local;

import io.millrace.local.dashboard.DashboardSettings;
import io.millrace.local.flink.FailureCause;
import io.millrace.local.host.FreePorts;
import io.millrace.local.host.ServerCertificate;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of the dashboard, as the command line gives them. Secrets come from files. */
final class DashboardOptions {
  @Option(
      names = "--dashboard-port",
      paramLabel = "<port>",
      description = "Port of the dashboard; any free one without it.")
  int port;

  @Option(
      names = "--dashboard-host",
      paramLabel = "<host>",
      description =
          "Address that the dashboard listens on; loopback without it. Any other one needs a"
              + " token.")
  String host = DashboardSettings.LOCAL.host();

  @Option(
      names = "--dashboard-token-file",
      paramLabel = "<file>",
      description = "File with the token that viewers must give: 16 characters or more.")
  @Nullable Path tokenFile;

  @Option(
      names = "--dashboard-keystore",
      paramLabel = "<file>",
      description = "PKCS#12 file with a certificate and its key, for HTTPS.")
  @Nullable Path keystore;

  @Option(
      names = "--dashboard-keystore-password-file",
      paramLabel = "<file>",
      description = "File with the password of that file.")
  @Nullable Path keystorePasswordFile;

  @Option(names = "--open", description = "Open the dashboard in your browser.")
  boolean open;

  /**
   * Where the dashboard is to be offered.
   *
   * @throws UsageException where that can't be
   */
  DashboardSettings settings() throws UsageException {
    if ((keystore == null) != (keystorePasswordFile == null)) {
      throw new UsageException(
          "give both --dashboard-keystore and --dashboard-keystore-password-file, or none");
    }
    ServerCertificate certificate =
        keystore == null || keystorePasswordFile == null
            ? null
            : new ServerCertificate(
                keystore,
                SecretFile.read(keystorePasswordFile, "--dashboard-keystore-password-file"));
    String token = tokenFile == null ? null : SecretFile.read(tokenFile, "--dashboard-token-file");
    DashboardSettings settings;
    try {
      settings = new DashboardSettings(host, port, token, certificate);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          FailureCause.oneLine(e) + " (--dashboard-host, --dashboard-port, --dashboard-token-file)",
          e);
    }
    if (port != 0 && settings.isLocal() && !FreePorts.isFree(port)) {
      throw new UsageException(
          "port " + port + " is taken; choose another one, or leave --dashboard-port out");
    }
    return settings;
  }
}
