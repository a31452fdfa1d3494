package io.millrace.local.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ViewersTest {
  private static final String TOPIC = "heavy-hitters.live";
  private static final int ROWS = 100;
  private static final int CLIENTS = 50;
  private static final int UPDATES_PER_SECOND = 5_000;
  private static final int TURNS_PER_SECOND = 4;

  private final TopicTables tables = new TopicTables("");
  private final Viewers viewers = new Viewers(tables, () -> "{}");

  /** A browser that takes a message only when it is told to. */
  private static final class Client implements Viewer.Wire {
    private final Map<String, Integer> rows = new HashMap<>();
    private @Nullable Runnable done;
    private @Nullable String waiting;
    private long messages;
    private long longest;
    private String id = "";

    @Override
    public void send(String newId, String json, Runnable sent) {
      assertThat(done).as("a second message while one is under way").isNull();
      done = sent;
      waiting = json;
      id = newId;
      messages++;
      longest = Math.max(longest, json.length());
    }

    void take() throws Exception {
      if (done == null || waiting == null) {
        return;
      }
      for (JsonNode table : new ObjectMapper().readTree(waiting).path("tables")) {
        for (JsonNode row : table.path("rows")) {
          rows.put(row.path(0).asText(), row.path(1).asInt());
        }
      }
      Runnable sent = done;
      done = null;
      waiting = null;
      sent.run();
    }
  }

  private Client join(@Nullable String last) {
    Client client = new Client();
    viewers.add(new Viewer(tables, List.of(TOPIC), last, client));
    return client;
  }

  @Test
  void turn_fiftyClientsAtFiveThousandUpdates_holdOneMessageEach() throws Exception {
    RowTable table = tables.table(TOPIC);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(join(null));
    }
    Client stuck = clients.get(0);
    int version = 0;
    for (int turn = 0; turn < 10 * TURNS_PER_SECOND; turn++) {
      for (int i = 0; i < UPDATES_PER_SECOND / TURNS_PER_SECOND; i++) {
        version++;
        table.put("row-" + version % ROWS, "v", "s", version, String.valueOf(version));
      }
      viewers.turn();
      for (Client client : clients) {
        if (client != stuck) {
          client.take();
        }
      }
    }
    assertThat(table.size()).isEqualTo(ROWS);
    assertThat(clients).allSatisfy(client -> assertThat(client.longest).isLessThan(5_000));
    assertThat(stuck.messages).isEqualTo(1);
    assertThat(clients.get(1).messages).isEqualTo(10 * TURNS_PER_SECOND);

    stuck.take();
    viewers.turn();
    stuck.take();
    for (Client client : clients) {
      assertThat(client.rows).hasSize(ROWS).containsEntry("row-0", version);
    }
  }

  @Test
  void add_lateJoiner_hasEverythingWithTheFirstMessages() throws Exception {
    RowTable table = tables.table(TOPIC);
    for (int i = 0; i < 3_500; i++) {
      table.put("row-" + i, "v", "s", 1, "1");
    }
    Client late = join(null);
    for (int turn = 0; turn < 4; turn++) {
      viewers.turn();
      late.take();
    }
    assertThat(late.rows).hasSize(3_500);
  }

  @Test
  void add_comesBack_getsOnlyWhatChanged() throws Exception {
    RowTable table = tables.table(TOPIC);
    for (int i = 0; i < 100; i++) {
      table.put("row-" + i, "v", "s", 1, "1");
    }
    Client before = join(null);
    viewers.turn();
    before.take();
    table.put("row-5", "v", "s", 2, "2");
    Client after = join(before.id);
    viewers.turn();
    after.take();
    assertThat(after.rows).containsExactly(Map.entry("row-5", 2));
    Client confused = join("1.2.3");
    viewers.turn();
    confused.take();
    assertThat(confused.rows).hasSize(100);
  }

  @Test
  void add_tooMany_isRefused() {
    for (int i = 0; i < Viewers.MOST; i++) {
      join(null);
    }
    assertThatThrownBy(() -> join(null)).hasMessageContaining("too many pages are open");
    assertThat(viewers.count()).isEqualTo(Viewers.MOST);
  }

  @Test
  void wanted_topicsWithoutViewers_areNotFollowed() {
    tables.exist(Set.of("web.requests", "web.requests.dlq", TOPIC, "theirs"));
    assertThat(tables.wanted()).containsExactly(TOPIC, "web.requests.dlq");
    Viewer viewer = new Viewer(tables, List.of("theirs"), null, new Client());
    viewers.add(viewer);
    assertThat(tables.wanted()).contains("theirs");
    viewers.remove(viewer);
    viewers.remove(viewer);
    assertThat(tables.wanted()).as("for a while after").contains("theirs");
  }
}
