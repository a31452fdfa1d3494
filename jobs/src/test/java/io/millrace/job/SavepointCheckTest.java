package io.millrace.job;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.job.web.HeavyHittersJob;
import io.millrace.schema.Topic;
import io.millrace.schema.lane.DeadLettered;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;

/** The golden savepoint against jobs with the same and with other uids. */
class SavepointCheckTest {
  private static final String SAVEPOINT =
      Path.of("src/test/resources/savepoints/0.1.0/heavy-hitters").toUri().toString();

  /** Kafka, with sinks under other uids. */
  private static final class Renamed extends ForwardingEndpoints {
    Renamed(Endpoints real) {
      super(real);
    }

    @Override
    public <T extends Record> DataStream<DeadLettered> publish(
        DataStream<T> rows, Topic<T> topic, String uid) {
      return super.publish(rows, topic, "renamed-" + uid);
    }
  }

  @Test
  void sameUids_isAccepted() throws Exception {
    StreamExecutionEnvironment env = heavyHitters(false, Map.of());

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  @Test
  void renamedUid_isRefusedWithBothUids() throws Exception {
    StreamExecutionEnvironment env = heavyHitters(true, Map.of());

    assertThatThrownBy(() -> SavepointCheck.requireKnownUids(env))
        .isInstanceOf(ProgramParametrizationException.class)
        .hasMessageContaining("whose uid this job doesn't have: ")
        .hasMessageContaining("rankings-sink (")
        .hasMessageContaining("renamed-rankings-sink")
        .hasMessageContaining("--allowNonRestoredState");
  }

  @Test
  void renamedUid_whoseStateMayBeDropped_isAccepted() throws Exception {
    StreamExecutionEnvironment env =
        heavyHitters(true, Map.of("execution.state-recovery.ignore-unclaimed-state", "true"));

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  @Test
  void savepointThatOnlyTheClusterSees_isLeftToIt() throws Exception {
    StreamExecutionEnvironment env =
        heavyHitters(true, Map.of("execution.state-recovery.path", "file:///no/such/savepoint"));

    assertThatCode(() -> SavepointCheck.requireKnownUids(env)).doesNotThrowAnyException();
  }

  private static StreamExecutionEnvironment heavyHitters(boolean renamed, Map<String, String> flink)
      throws Exception {
    JobConfig config =
        JobConfig.parse(
            new String[] {"--bootstrap", "127.0.0.1:9", "--stores", "none"}, HeavyHittersJob.JOB);
    StreamExecutionEnvironment env = JobEnvironment.create(config);
    Map<String, String> settings = new HashMap<>(flink);
    settings.putIfAbsent("execution.state-recovery.path", SAVEPOINT);
    env.configure(Configuration.fromMap(settings));
    Endpoints kafka = new KafkaEndpoints(config);
    Method build =
        HeavyHittersJob.class.getDeclaredMethod(
            "build", StreamExecutionEnvironment.class, JobConfig.class, Endpoints.class);
    build.setAccessible(true);
    build.invoke(null, env, config, renamed ? new Renamed(kafka) : kafka);
    return env;
  }
}
