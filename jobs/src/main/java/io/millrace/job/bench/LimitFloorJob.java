package io.millrace.job.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.connector.kafka.KafkaEvents;
import io.millrace.job.Endpoints;
import io.millrace.job.JobConfig;
import io.millrace.job.JobDescription;
import io.millrace.job.JobLauncher;
import io.millrace.schema.Topics;
import io.millrace.schema.ratelimit.RequestReceived;
import io.millrace.schema.ratelimit.VerdictGiven;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests that are limited with Jackson's streaming parser and discards them, or answers
 * each with the same verdict: the work that no job over them can do without. In: {@code
 * ratelimit.requests}. Out: the accumulators of {@link Discard}, and {@code rate-counting.verdicts}
 * where requests are answered. State: none.
 */
public final class LimitFloorJob {
  /** How much is done with a request before it is discarded. */
  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.FLOOR)
          .withDescription("How much is done with a request before it is discarded.");

  static final JobDescription JOB =
      new JobDescription(
          "limit-floor",
          LimitFloorJob.class,
          "How fast can requests that are limited be read at all?",
          List.of(Topics.RATELIMIT_REQUESTS),
          List.of(Topics.RATE_COUNTING_VERDICTS),
          List.of(),
          List.of(VARIANT));

  private static final long BURST = 100;

  private LimitFloorJob() {}

  /** How much is done with a request before it is discarded. */
  enum Variant {
    /** It is decoded, without any check. */
    FLOOR,
    /** It is decoded, and goes to the task of its application. */
    EXCHANGE,
    /** There it is allowed, without a look at any rule, and the verdict is published. */
    ANSWERED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, LimitFloorJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    DataStream<RequestReceived> requests =
        env.fromSource(
                KafkaEvents.source(
                    config.configuration(), Topics.RATELIMIT_REQUESTS, new RequestDeserializer()),
                WatermarkStrategy.noWatermarks(),
                Topics.RATELIMIT_REQUESTS.name())
            .uid("requests-source");
    DataStream<RequestReceived> byApplication =
        requests.keyBy(request -> String.valueOf(request.apiKey()), Types.STRING);
    switch (config.get(VARIANT)) {
      case FLOOR -> Discard.all(requests, LimitFloorJob::checksum);
      case EXCHANGE -> Discard.all(byApplication, LimitFloorJob::checksum);
      case ANSWERED -> {
        DataStream<VerdictGiven> verdicts =
            byApplication
                .map(LimitFloorJob::allowed)
                .returns(TypeInformation.of(VerdictGiven.class))
                .uid("verdicts")
                .name("Allow");
        Discard.all(
            endpoints.publish(verdicts, Topics.RATE_COUNTING_VERDICTS, "verdicts-sink"),
            unwritten -> 1);
      }
    }
  }

  /** A verdict of the length that those of a token bucket have. */
  private static VerdictGiven allowed(RequestReceived request) {
    return new VerdictGiven(
        request.requestId(),
        request.at(),
        true,
        null,
        BURST,
        BURST,
        request.at(),
        0L,
        0,
        List.of());
  }

  /** The sum of a request's numbers and of the lengths of its texts, absent ones left out. */
  static long checksum(RequestReceived request) {
    Long cost = request.cost();
    return request.at()
        + request.requestId().length()
        + length(request.user())
        + length(request.apiKey())
        + length(request.ip())
        + length(request.tier())
        + length(request.route())
        + (cost == null ? 0 : cost);
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  /** Decodes a request as one would by hand: no check beyond JSON's own, no dead letters. */
  static final class RequestDeserializer
      implements KafkaRecordDeserializationSchema<RequestReceived> {
    private static final long serialVersionUID = 1L;
    private static final JsonFactory FACTORY = new JsonFactory();

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<RequestReceived> out)
        throws IOException {
      out.collect(decode(record.value()));
    }

    @Override
    public TypeInformation<RequestReceived> getProducedType() {
      return TypeInformation.of(RequestReceived.class);
    }

    static RequestReceived decode(byte[] json) throws IOException {
      String requestId = "";
      long at = 0;
      String user = null;
      String apiKey = null;
      String ip = null;
      String tier = null;
      String route = null;
      Long cost = null;
      try (JsonParser parser = FACTORY.createParser(json)) {
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          JsonToken value = parser.nextToken();
          boolean isNull = value == JsonToken.VALUE_NULL;
          switch (name) {
            case "requestId" -> requestId = parser.getText();
            case "at" -> at = parser.getLongValue();
            case "user" -> user = isNull ? null : parser.getText();
            case "apiKey" -> apiKey = isNull ? null : parser.getText();
            case "ip" -> ip = isNull ? null : parser.getText();
            case "tier" -> tier = isNull ? null : parser.getText();
            case "route" -> route = isNull ? null : parser.getText();
            case "cost" -> cost = isNull ? null : (Long) parser.getLongValue();
            default -> parser.skipChildren();
          }
        }
      }
      return new RequestReceived(requestId, at, user, apiKey, ip, tier, route, cost);
    }
  }
}
