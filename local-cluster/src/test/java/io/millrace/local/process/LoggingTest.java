package io.millrace.local.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log of every process: what users send is text there, and one line. */
class LoggingTest {
  @TempDir Path directory;

  @Test
  void log_textThatForgesLinesOrLooksThingsUp_isOneLineOfText() throws Exception {
    Path log = directory.resolve("process.log");
    URI configuration = Children.class.getResource("/io/millrace/local/log4j2.properties").toURI();
    System.setProperty("log.file", log.toString());
    LoggerContext context = new LoggerContext("test", null, configuration);
    try {
      context.start();
      var logger = context.getLogger("io.millrace.connector.Test");
      logger.warn("refused: {}", "a\r\n2026-01-01 ERROR forged ${jndi:ldap://127.0.0.1:1/x}");
      logger.warn("${sys:user.name} ${env:PATH} %d{HH} {}", "<script>");
    } finally {
      context.stop();
      System.clearProperty("log.file");
    }

    List<String> lines = Files.readAllLines(log);
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0))
        .endsWith("refused: a\\r\\n2026-01-01 ERROR forged ${jndi:ldap://127.0.0.1:1/x}");
    assertThat(lines.get(1)).endsWith("${sys:user.name} ${env:PATH} %d{HH} <script>");
  }

  @Test
  void version_isOneThatLooksNothingUp() {
    String version = LoggerContext.class.getPackage().getImplementationVersion();
    String[] parts = version.split("\\.", -1);

    assertThat(Integer.parseInt(parts[0])).isEqualTo(2);
    assertThat(Integer.parseInt(parts[1])).isGreaterThan(17);
  }
}
