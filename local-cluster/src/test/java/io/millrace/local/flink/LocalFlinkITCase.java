package io.millrace.local.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.local.host.FreePorts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.client.program.ProgramInvocationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFlinkITCase {
  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path directory;

  @Test
  void start_settings_areTheClusters() throws Exception {
    int port = FreePorts.find();
    FlinkSettings settings =
        new FlinkSettings(3, StateBackend.HASHMAP, Duration.ofMillis(700), port);
    try (LocalFlink flink = LocalFlink.start(directory, settings)) {
      assertThat(flink.address()).isEqualTo(URI.create("http://127.0.0.1:" + port));
      Map<String, String> configuration = new HashMap<>();
      for (JsonNode entry : new ObjectMapper().readTree(get(flink, "/jobmanager/config").body())) {
        configuration.put(entry.path("key").asText(), entry.path("value").asText());
      }
      assertThat(configuration)
          .containsEntry("state.backend.type", "hashmap")
          .containsEntry("execution.checkpointing.interval", "700 ms")
          .containsEntry("pipeline.max-parallelism", "128")
          .containsEntry("web.submit.enable", "false")
          .containsEntry("web.cancel.enable", "false")
          .containsEntry("rest.bind-address", "127.0.0.1");
      JsonNode overview = new ObjectMapper().readTree(get(flink, "/overview").body());
      assertThat(overview.path("slots-total").asInt()).isEqualTo(3);
      assertThat(get(flink, "/").body()).contains("<flink-root>");
    }
  }

  @Test
  void start_webPage_mayNotUploadOrRead() throws Exception {
    try (LocalFlink flink = start()) {
      assertThat(get(flink, "/jars").statusCode()).isEqualTo(404);
      assertThat(get(flink, "/overview").headers().firstValue("Access-Control-Allow-Origin"))
          .isNotEqualTo(Optional.of("*"));
      assertThat(get(flink, "/jobmanager/logs/..%252f..%252fetc%252fpasswd").statusCode())
          .isEqualTo(404);
    }
  }

  @Test
  void submit_notAJar_isRefused() throws Exception {
    try (LocalFlink flink = start()) {
      assertThatThrownBy(
              () ->
                  flink.submit(
                      directory.resolve("no.jar"), "a.B", List.of(), Submission.Start.FRESH))
          .isInstanceOf(ProgramInvocationException.class);
    }
  }

  @Test
  void settings_outOfRange_areRefused() {
    assertThatThrownBy(() -> new FlinkSettings(129, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new FlinkSettings(1, StateBackend.ROCKSDB, Duration.ZERO, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new FlinkSettings(1, StateBackend.ROCKSDB, Duration.ofSeconds(1), 65_536))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private LocalFlink start() throws Exception {
    return LocalFlink.start(
        directory, new FlinkSettings(1, StateBackend.ROCKSDB, Duration.ofSeconds(1), 0));
  }

  private HttpResponse<String> get(LocalFlink flink, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(flink.address() + path)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }
}
