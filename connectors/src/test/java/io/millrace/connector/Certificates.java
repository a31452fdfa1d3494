package io.millrace.connector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keys of servers, and stores with their certificates for clients, as tests need them. */
public final class Certificates {
  /** What opens every store. */
  public static final String STORE_PASSWORD = "hunter2-of-store";

  /** What makes a certificate one of this host, and valid. */
  public static final String THIS_HOST = "-validity 30 -ext SAN=ip:127.0.0.1";

  private Certificates() {}

  /**
   * Makes a key with a certificate of an authority of its own, and a store with that authority for
   * clients that are to trust it.
   *
   * @param keys file that gets the key
   * @param what is said of the certificate, as options of keytool
   * @return the store for clients
   */
  public static Path make(Path directory, String name, Path keys, String what) throws Exception {
    String authority = " -keystore " + directory.resolve(name + "-authority.p12");
    String server = " -keystore " + keys;
    Path trust = directory.resolve(name + "-trust.p12");
    Path root = directory.resolve(name + "-authority.cer");
    Path request = directory.resolve(name + ".csr");
    Path signed = directory.resolve(name + ".cer");
    List<String> steps =
        List.of(
            "-genkeypair -alias ca -keyalg EC -dname CN=authority -ext bc:c" + authority,
            "-exportcert -alias ca -file " + root + authority,
            "-genkeypair -alias server -keyalg EC -dname CN=server" + server,
            "-certreq -alias server -file " + request + server,
            "-gencert -alias ca -infile "
                + request
                + " -outfile "
                + signed
                + " "
                + what
                + authority,
            "-importcert -noprompt -alias ca -file " + root + server,
            "-importcert -noprompt -alias server -file " + signed + server,
            "-importcert -noprompt -alias ca -file " + root + " -keystore " + trust);
    for (String step : steps) {
      keytool(directory, step);
    }
    return trust;
  }

  private static void keytool(Path directory, String arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ", -1)));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", STORE_PASSWORD));
    Path log = Files.createTempFile(directory, "keytool", ".log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    assertThat(process.waitFor()).as(() -> read(log)).isZero();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }
}
