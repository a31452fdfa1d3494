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
import io.millrace.schema.listening.SongPlayed;
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

/**
 * Reads plays with Jackson's streaming parser and discards them: the work that no job over them can
 * do without. In: {@code listening.plays}. Out: nothing but the accumulators of {@link Discard}.
 * State: none.
 */
public final class PlayFloorJob {
  /** How much is done with a play before it is discarded. */
  static final ConfigOption<Variant> VARIANT =
      ConfigOptions.key("variant")
          .enumType(Variant.class)
          .defaultValue(Variant.FLOOR)
          .withDescription("How much is done with a play before it is discarded.");

  static final JobDescription JOB =
      new JobDescription(
          "play-floor",
          PlayFloorJob.class,
          "How fast can plays be read at all?",
          List.of(Topics.LISTENING_PLAYS),
          List.of(),
          List.of(),
          List.of(VARIANT));

  private PlayFloorJob() {}

  /** How much is done with a play before it is discarded. */
  enum Variant {
    /** It is decoded, without any check. */
    FLOOR,
    /** It is decoded, and goes to the task of its song. */
    EXCHANGE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Runs the job; {@code --help} prints its options. */
  public static void main(String[] args) throws Exception {
    JobLauncher.launch(JOB, args, PlayFloorJob::build);
  }

  static void build(StreamExecutionEnvironment env, JobConfig config, Endpoints endpoints) {
    DataStream<SongPlayed> plays =
        env.fromSource(
                KafkaEvents.source(
                    config.configuration(), Topics.LISTENING_PLAYS, new PlayDeserializer()),
                WatermarkStrategy.noWatermarks(),
                Topics.LISTENING_PLAYS.name())
            .uid("plays-source");
    DataStream<SongPlayed> where =
        config.get(VARIANT) == Variant.FLOOR
            ? plays
            : plays.keyBy(SongPlayed::songId, Types.STRING);
    Discard.all(where, PlayFloorJob::checksum);
  }

  /** The sum of a play's numbers and of the lengths of its texts, absent ones left out. */
  static long checksum(SongPlayed play) {
    return play.at()
        + play.durationPlayedMillis()
        + play.playId().length()
        + play.songId().length()
        + play.userId().length()
        + play.region().length()
        + (play.title() == null ? 0 : play.title().length())
        + (play.artist() == null ? 0 : play.artist().length());
  }

  /** Decodes a play as one would by hand: no check beyond JSON's own, no dead letters. */
  static final class PlayDeserializer implements KafkaRecordDeserializationSchema<SongPlayed> {
    private static final long serialVersionUID = 1L;
    private static final JsonFactory FACTORY = new JsonFactory();

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<SongPlayed> out)
        throws IOException {
      out.collect(decode(record.value()));
    }

    @Override
    public TypeInformation<SongPlayed> getProducedType() {
      return TypeInformation.of(SongPlayed.class);
    }

    static SongPlayed decode(byte[] json) throws IOException {
      String playId = "";
      long at = 0;
      String songId = "";
      String userId = "";
      String region = "";
      long durationPlayedMillis = 0;
      String title = null;
      String artist = null;
      try (JsonParser parser = FACTORY.createParser(json)) {
        parser.nextToken();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          JsonToken value = parser.nextToken();
          switch (name) {
            case "playId" -> playId = parser.getText();
            case "at" -> at = parser.getLongValue();
            case "songId" -> songId = parser.getText();
            case "userId" -> userId = parser.getText();
            case "region" -> region = parser.getText();
            case "durationPlayedMillis" -> durationPlayedMillis = parser.getLongValue();
            case "title" -> title = value == JsonToken.VALUE_NULL ? null : parser.getText();
            case "artist" -> artist = value == JsonToken.VALUE_NULL ? null : parser.getText();
            default -> parser.skipChildren();
          }
        }
      }
      return new SongPlayed(
          playId, at, songId, userId, region, durationPlayedMillis, title, artist);
    }
  }
}
