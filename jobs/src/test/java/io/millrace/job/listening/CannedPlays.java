package io.millrace.job.listening;

import io.millrace.connector.kafka.KafkaTopics;
import io.millrace.job.JobConfig;
import io.millrace.local.broker.LocalBroker;
import io.millrace.schema.Topics;
import io.millrace.schema.listening.SongCatalogued;
import io.millrace.schema.listening.SongPlayed;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Plays and a catalogue that are the same for one seed. */
final class CannedPlays {
  static final long MINUTE = 60_000;

  /** A full hour. */
  static final long START = 1_700_000_000_000L / (60 * MINUTE) * (60 * MINUTE);

  /** Hourly charts of every kind. */
  static final Map<String, String> OPTIONS =
      new TreeMap<>(
          Map.of(
              "window", "60m",
              "slide", "5m",
              "k", "12",
              "listener-cap", "2",
              "half-life", "30m",
              "min-support", "3"));

  private CannedPlays() {}

  /** Plays of three hours with repetitions, short ones and loops. */
  static List<SongPlayed> plays(long seed, int count) {
    Random random = new Random(seed);
    List<SongPlayed> plays = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (random.nextInt(20) == 0 && !plays.isEmpty()) {
        plays.add(plays.get(Math.max(0, plays.size() - 1 - random.nextInt(100))));
        continue;
      }
      boolean loops = random.nextInt(15) == 0;
      double uniform = random.nextDouble();
      int song = loops ? 77 : (int) (uniform * uniform * 60);
      plays.add(
          new SongPlayed(
              "play-" + i,
              START + i * (180 * MINUTE) / count - random.nextInt(5_000),
              "song-" + song,
              loops ? "loops" : "listener-" + random.nextInt(300),
              List.of("DE", "FR", "日本").get(random.nextInt(3)),
              random.nextInt(6) == 0 ? random.nextInt(30_000) : 30_000 + random.nextInt(100_000),
              song % 5 == 0 ? "Title " + song : null,
              null));
    }
    return plays;
  }

  /** A catalogue in which songs change their names. */
  static List<SongCatalogued> songs() {
    List<SongCatalogued> songs = new ArrayList<>();
    for (int song = 0; song < 60; song += 3) {
      songs.add(new SongCatalogued("song-" + song, START - MINUTE, "First " + song, "A", null));
      songs.add(
          new SongCatalogued("song-" + song, START + song * MINUTE, "Then " + song, "B", "jazz"));
    }
    songs.sort(Comparator.comparingLong(SongCatalogued::at));
    return songs;
  }

  /** The records of plays and songs, with their keys. */
  static List<ProducerRecord<byte[], byte[]>> records(
      String prefix, List<SongPlayed> plays, List<SongCatalogued> songs) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (SongPlayed play : plays) {
      records.add(
          new ProducerRecord<>(
              prefix + Topics.LISTENING_PLAYS.name(),
              play.userId().getBytes(StandardCharsets.UTF_8),
              Topics.LISTENING_PLAYS.codec().encode(play)));
    }
    for (SongCatalogued song : songs) {
      records.add(
          new ProducerRecord<>(
              prefix + Topics.LISTENING_SONGS.name(),
              song.songId().getBytes(StandardCharsets.UTF_8),
              Topics.LISTENING_SONGS.codec().encode(song)));
    }
    return records;
  }

  /** A play in each partition that is long after all windows of the others. */
  static List<ProducerRecord<byte[], byte[]>> closing(String prefix) {
    List<ProducerRecord<byte[], byte[]>> closing = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      SongPlayed play =
          new SongPlayed(
              "closing-" + partition,
              START + 600 * MINUTE,
              "song",
              "listener",
              "DE",
              60_000,
              null,
              null);
      closing.add(
          new ProducerRecord<>(
              prefix + Topics.LISTENING_PLAYS.name(),
              partition,
              null,
              Topics.LISTENING_PLAYS.codec().encode(play)));
    }
    return closing;
  }

  /** {@link #OPTIONS}, with their topics, on that broker. */
  static JobConfig prepared(LocalBroker broker, String prefix) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--bootstrap", broker.bootstrap(),
                "--topic-prefix", prefix,
                "--create-topics", "true",
                "--idle-timeout", "0s",
                "--stores", "none"));
    OPTIONS.forEach((key, value) -> arguments.addAll(List.of("--" + key, value)));
    JobConfig config = JobConfig.parse(arguments.toArray(String[]::new), TrendingSongsJob.JOB);
    KafkaTopics.prepare(config.configuration(), TrendingSongsJob.JOB.topics());
    return config;
  }
}
