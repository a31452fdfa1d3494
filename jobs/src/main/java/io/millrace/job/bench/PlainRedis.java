package io.millrace.job.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connector.redis.RedisStore;
import io.millrace.connector.redis.RedisString;
import io.millrace.connector.redis.RedisWrite;
import io.millrace.connector.redis.SortedSetSnapshot;
import io.millrace.schema.listening.SongPlayed;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/** Redis by hand: calls of the sink's own scripts, pipelined. */
final class PlainRedis implements PlainStore {
  private static final int READ_ROWS = 1_000;
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Jedis client;
  private final Form form;
  private byte @Nullable [] digest;
  private @Nullable Pipeline pipeline;
  private int waiting;

  /** What a row is in Redis. */
  enum Form {
    /** A sorted set of its fields, and a hash that has its time. */
    SORTED_SET("replace-sorted-set.lua", 2),
    /** A string with its fields; its time is the version. */
    STRING("set-string.lua", 2);

    private final String script;
    private final int keysOfRow;

    Form(String script, int keysOfRow) {
      this.script = script;
      this.keysOfRow = keysOfRow;
    }

    /** A row as the sink gets it. */
    RedisWrite write(SongPlayed row) {
      if (this == STRING) {
        return new RedisString(row.playId(), row.at(), String.join("|", fields(row)), 0);
      }
      List<SortedSetSnapshot.Member> members = new ArrayList<>();
      for (String field : fields(row)) {
        members.add(new SortedSetSnapshot.Member(field, members.size()));
      }
      return new SortedSetSnapshot(
          row.playId(), row.playId() + ":window", row.at(), members, Map.of());
    }
  }

  /**
   * A server.
   *
   * @param address host:port, or a URI with user and password
   */
  PlainRedis(String address, Form form) {
    this.client =
        new Jedis(
            URI.create(address.contains("://") ? address : "redis://" + address), TIMEOUT_MILLIS);
    this.form = form;
  }

  @Override
  public void clear() {
    client.flushAll();
  }

  @Override
  public void write(SongPlayed row) throws IOException {
    if (digest == null) {
      digest = client.scriptLoad(script());
    }
    if (pipeline == null) {
      pipeline = client.pipelined();
    }
    pipeline.evalsha(digest, keys(row), arguments(row));
    if (++waiting == BATCH_ROWS) {
      flush();
    }
  }

  @Override
  public void flush() {
    if (pipeline != null) {
      pipeline.sync();
      pipeline = null;
      waiting = 0;
    }
  }

  @Override
  public void read(int numbers, SinkRows found) {
    long keys = 0;
    for (int first = 0; first < numbers; first += READ_ROWS) {
      int end = Math.min(numbers, first + READ_ROWS);
      List<Response<String>> versions = new ArrayList<>();
      List<Response<List<String>>> fields = new ArrayList<>();
      try (Pipeline reads = client.pipelined()) {
        for (int number = first; number < end; number++) {
          String key = SinkRows.playId(number);
          if (form == Form.STRING) {
            versions.add(reads.get(key + ":version"));
            fields.add(reads.mget(key));
          } else {
            versions.add(reads.hget(key + ":window", SortedSetSnapshot.VERSION_FIELD));
            fields.add(reads.zrange(key, 0, -1));
          }
        }
      }
      for (int i = 0; i < versions.size(); i++) {
        String version = versions.get(i).get();
        if (version != null) {
          keys += form.keysOfRow;
          found.found(row(SinkRows.playId(first + i), version, fields.get(i).get()));
        }
      }
    }
    found.foundOthers(client.dbSize() - keys);
  }

  @Override
  public void close() {
    client.close();
  }

  private byte[] script() throws IOException {
    try (var in = RedisStore.class.getResourceAsStream(form.script)) {
      if (in == null) {
        throw new IllegalStateException(form.script + " is not in the jar");
      }
      return in.readAllBytes();
    }
  }

  private List<byte[]> keys(SongPlayed row) {
    String second = row.playId() + (form == Form.STRING ? ":version" : ":window");
    return List.of(utf8(row.playId()), utf8(second));
  }

  private List<byte[]> arguments(SongPlayed row) {
    byte[] version = utf8(String.valueOf(row.at()));
    if (form == Form.STRING) {
      return List.of(version, utf8(String.join("|", fields(row))), utf8("0"));
    }
    List<byte[]> arguments = new ArrayList<>(List.of(version, utf8("0")));
    int score = 0;
    for (String field : fields(row)) {
      arguments.add(utf8(String.valueOf(score++)));
      arguments.add(utf8(field));
    }
    return arguments;
  }

  private static List<String> fields(SongPlayed row) {
    return List.of(
        row.songId(), row.userId(), row.region(), String.valueOf(row.durationPlayedMillis()));
  }

  private SongPlayed row(String playId, String version, List<String> read) {
    List<String> fields =
        form == Form.STRING ? List.of(String.valueOf(read.get(0)).split("\\|", -1)) : read;
    return new SongPlayed(
        playId,
        Long.parseLong(version),
        field(fields, 0),
        field(fields, 1),
        field(fields, 2),
        fields.size() == 4 ? Long.parseLong(field(fields, 3)) : -1,
        null,
        null);
  }

  private static String field(List<String> fields, int index) {
    return index < fields.size() ? fields.get(index) : "";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
