package io.millrace.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.millrace.connector.redis.RedisWrite;
import io.millrace.connector.store.Refusal;
import io.millrace.connector.store.Store;
import io.millrace.connector.store.StoreConnection;
import io.millrace.connector.store.StoreWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table in this JVM, in which a row for each version of a key stays, and which comes to {@link
 * CrashPoint#STORE_WRITTEN}.
 *
 * @param table its name
 * @param bug what is wrong with it: {@link PlantedBug#UPSERT_NOT_IDEMPOTENT}, else nothing
 */
public record HistoryStore(String table, @Nullable PlantedBug bug)
    implements Store<HistoryStore.Row> {
  private static final Map<String, Map<Row.Key, List<String>>> TABLES = new HashMap<>();

  /** One row. */
  record Row(Key key, String text) implements StoreWrite {
    /** What it is upserted by. */
    record Key(Object of, long version) {}

    @Override
    public String keyText() {
      return key.toString();
    }

    @Override
    public long version() {
      return key.version();
    }

    @Override
    public int bytes() {
      return text.length();
    }
  }

  static Row rowOf(RedisWrite write, byte[] json) {
    return new Row(new Row.Key(write.key(), write.version()), new String(json, UTF_8));
  }

  /** What the table holds, as JSON, in no order. */
  public static synchronized List<String> rows(String table) {
    List<String> rows = new ArrayList<>();
    TABLES.getOrDefault(table, Map.of()).values().forEach(rows::addAll);
    return rows;
  }

  private static synchronized void write(String table, Row row, boolean upserts) {
    List<String> rows =
        TABLES
            .computeIfAbsent(table, name -> new HashMap<>())
            .computeIfAbsent(row.key(), key -> new ArrayList<>());
    if (upserts) {
      rows.clear();
    }
    rows.add(row.text());
  }

  @Override
  public String name() {
    return "a table in memory";
  }

  @Override
  public String target() {
    return "history:" + table;
  }

  @Override
  public String advice() {
    return "the test";
  }

  @Override
  public StoreConnection<Row> connect() {
    return new StoreConnection<>() {
      @Override
      public List<Refusal<Row>> write(List<Row> writes) {
        for (Row row : writes) {
          HistoryStore.write(table, row, bug != PlantedBug.UPSERT_NOT_IDEMPOTENT);
        }
        Crash.at(CrashPoint.STORE_WRITTEN, 0);
        return List.of();
      }

      @Override
      public void close() {}
    };
  }
}
