package io.millrace.job.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.schema.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Uploads of media files, the same for one seed, and what must become of them by a recount: copies,
 * versions that are overtaken, versions that say something else, and records that are none.
 */
final class CannedUploads {
  private static final long START = CannedLogs.START;
  private static final int FILES = 60;

  final List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();

  /** File and version of each row of the topic. */
  final List<String> catalogued = new ArrayList<>();

  /** The last row of each file: version, digest, uploader and whether it is deleted. */
  final Map<String, String> files = new TreeMap<>();

  /** Reasons of dead letters. */
  final List<String> refused = new ArrayList<>();

  int repeated;
  int superseded;

  private final Map<String, Long> versions = new TreeMap<>();
  private final Map<String, String> said = new TreeMap<>();

  CannedUploads(String prefix, long seed, int count) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      String id = "m-" + random.nextInt(FILES);
      long version = random.nextInt(12);
      // Most that come again say the same.
      int variant = random.nextInt(8) == 0 ? 1 : 0;
      String json = upload(id, version, variant, random.nextBoolean());
      if (random.nextInt(25) == 0) {
        json = json.substring(0, json.indexOf(",\"tags\""));
        refused.add("truncated");
      } else if (random.nextInt(25) == 0) {
        json = json.replace("image/png", "image");
        refused.add("out-of-range");
      } else {
        decide(id, version, variant);
      }
      records.add(
          new ProducerRecord<>(
              prefix + Topics.MEDIA_UPLOADS.name(), id.getBytes(UTF_8), json.getBytes(UTF_8)));
    }
  }

  private static String digest(String id, long version) {
    return String.format("%064x", id.hashCode() * 31L + version);
  }

  private static String by(int variant) {
    return "user-" + variant;
  }

  private static boolean isDeleted(long version) {
    return version % 5 == 4;
  }

  /** The same upload is written in one of two ways. */
  private static String upload(String id, long version, int variant, boolean otherOrder) {
    String tags = otherOrder ? "{\"a\":\"1\",\"b\":\"2\"}" : "{ \"b\":\"2\", \"a\":\"1\" }";
    String given = version == 0 ? "" : "\"version\":" + version + ",";
    return String.format(
        "{%s\"mediaId\":\"%s\",\"at\":%d,\"sha256\":\"%s\",\"sizeBytes\":%d,\"contentType\":"
            + "\"image/png\",\"location\":\"s3://media/%s\",\"uploadedBy\":\"%s\",\"tags\":%s,"
            + "\"deleted\":%s}",
        given,
        id,
        START + version,
        digest(id, version),
        version,
        id,
        by(variant),
        tags,
        isDeleted(version));
  }

  private void decide(String id, long version, int variant) {
    Long last = versions.get(id);
    if (last == null || version > last) {
      versions.put(id, version);
      said.put(id, by(variant));
      catalogued.add(id + " " + version);
      files.put(
          id, version + " " + digest(id, version) + " " + by(variant) + " " + isDeleted(version));
    } else if (version < last) {
      superseded++;
    } else if (by(variant).equals(said.get(id))) {
      repeated++;
    } else {
      refused.add("conflicting-version");
    }
  }
}
