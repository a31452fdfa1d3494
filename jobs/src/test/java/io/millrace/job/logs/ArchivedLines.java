package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The lines of an archive by partition and offset, each with its source, and what they must be. */
final class ArchivedLines {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ArchivedLines() {}

  /** The lines of all files that are listed, none of which may be there twice. */
  static Map<String, String> read(Path archive) throws IOException {
    Map<String, String> archived = new TreeMap<>();
    for (Path day : in(archive.resolve("_manifest"), "day=.*")) {
      for (Path list : in(day, "[^.].*")) {
        Path file = archive.resolve(JSON.readTree(list.toFile()).get("file").asText());
        for (String row : Files.readAllLines(file)) {
          JsonNode line = JSON.readTree(row);
          String place = line.get("partition").asText() + ":" + line.get("offset").asText();
          String text = line.get("source").asText() + " " + line.get("line").asText();
          assertThat(archived.put(place, text)).as("%s is there twice", place).isNull();
        }
      }
    }
    return archived;
  }

  /** The same of records that are written in this order, each into the partition that it names. */
  static Map<String, String> of(List<ProducerRecord<byte[], byte[]>> records) {
    Map<String, String> lines = new TreeMap<>();
    Map<Integer, Integer> offsets = new TreeMap<>();
    for (ProducerRecord<byte[], byte[]> record : records) {
      int offset = offsets.merge(record.partition(), 1, Integer::sum) - 1;
      lines.put(
          record.partition() + ":" + offset,
          new String(record.key(), UTF_8) + " " + new String(record.value(), UTF_8));
    }
    return lines;
  }

  private static List<Path> in(Path directory, String names) throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(each -> each.getFileName().toString().matches(names)).sorted().toList();
    }
  }
}
