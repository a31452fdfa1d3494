package io.millrace.job.listening;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.schema.listening.SongPlayed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Real plays of radio stations: each is a listener, and its time zone a region. */
final class RadioPlays {
  static final Path FILE = Path.of("..", "..", "shared", "data", "radio-plays.jsonl.gz");

  /** The file does not say how long a song was played. */
  static final long PLAYED_MILLIS = 180_000;

  private RadioPlays() {}

  /** Whether they are beside the repository. */
  static boolean exist() {
    return Files.exists(FILE);
  }

  /** All of them. */
  static List<SongPlayed> read() throws IOException {
    List<SongPlayed> plays = new ArrayList<>();
    ObjectMapper json = new ObjectMapper();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(Files.newInputStream(FILE)), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode play = json.readTree(line);
        plays.add(
            new SongPlayed(
                play.get("playId").textValue(),
                play.get("at").longValue(),
                play.get("songId").textValue(),
                play.get("station").textValue(),
                play.get("zone").textValue(),
                PLAYED_MILLIS,
                play.get("title").textValue(),
                play.get("artist").textValue()));
      }
    }
    return plays;
  }
}
