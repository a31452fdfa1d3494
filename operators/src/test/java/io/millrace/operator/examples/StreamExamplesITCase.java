package io.millrace.operator.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.millrace.operator.audit.AuditChains;
import io.millrace.operator.audit.AuditItem;
import io.millrace.operator.audit.ChainLink;
import io.millrace.operator.audit.HashChain;
import io.millrace.operator.chart.ChartKind;
import io.millrace.operator.chart.ChartSong;
import io.millrace.operator.chart.ChartSpec;
import io.millrace.operator.chart.PlayFields;
import io.millrace.operator.chart.SongName;
import io.millrace.operator.chart.TrendingCharts;
import io.millrace.operator.dedup.DedupSpec;
import io.millrace.operator.dedup.EventDedup;
import io.millrace.operator.geo.Grant;
import io.millrace.operator.geo.LocationSharing;
import io.millrace.operator.geo.OwnerEvent;
import io.millrace.operator.geo.Position;
import io.millrace.operator.geo.ShareSpec;
import io.millrace.operator.geo.ViewerEvent;
import io.millrace.operator.live.LiveChange;
import io.millrace.operator.live.LiveViewFunction;
import io.millrace.operator.live.LiveViewSpec;
import io.millrace.operator.live.ViewContents;
import io.millrace.operator.logline.LineFormat;
import io.millrace.operator.logline.LineSource;
import io.millrace.operator.logline.Redaction;
import io.millrace.operator.logs.IndexedEvent;
import io.millrace.operator.logs.LineDecoder;
import io.millrace.operator.logs.LogIngestion;
import io.millrace.operator.logs.LogLine;
import io.millrace.operator.logs.LogNews;
import io.millrace.operator.logs.LogSpec;
import io.millrace.operator.order.Unawaited;
import io.millrace.operator.ratelimit.LimitDimension;
import io.millrace.operator.ratelimit.RateAlgorithm;
import io.millrace.operator.ratelimit.RateLimitSpec;
import io.millrace.operator.ratelimit.RateLimitSpec.Coordination;
import io.millrace.operator.ratelimit.RateLimiter;
import io.millrace.operator.ratelimit.RateRule;
import io.millrace.operator.ratelimit.RequestFields;
import io.millrace.operator.ratelimit.Verdict;
import io.millrace.operator.reconcile.Claim;
import io.millrace.operator.reconcile.LedgerEntry;
import io.millrace.operator.reconcile.Notice;
import io.millrace.operator.reconcile.PairRule;
import io.millrace.operator.reconcile.ReconcileSpec;
import io.millrace.operator.reconcile.ReconciledMatch;
import io.millrace.operator.reconcile.Reconciliation;
import io.millrace.operator.reconcile.Resolution;
import io.millrace.operator.sketch.ItemBytes;
import io.millrace.operator.sketch.ItemSlice;
import io.millrace.operator.window.PanedWindows;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.eventtime.SerializableTimestampAssigner;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.CoMapFunction;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Each family in a stranger's job: the guide's examples are between the markers. */
@SuppressWarnings("try") // An iterator of results declares that close may be interrupted.
@ExtendWith(MiniClusterExtension.class)
final class StreamExamplesITCase {
  private static final long START = 1_769_850_000_000L;

  /** An order of a stranger's shop. */
  public record Order(String id, long at, long cents) {}

  /** A call of a stranger's interface. */
  public record Call(String id, long at, String apiKey) {}

  /** A play of a stranger's songs. */
  public record Play(String song, String region, String listener, long at) {}

  private final StreamExecutionEnvironment env =
      StreamExecutionEnvironment.getExecutionEnvironment(
          new Configuration()
              .set(PipelineOptions.GENERIC_TYPES, false)
              .set(PipelineOptions.AUTO_GENERATE_UIDS, false));

  @SafeVarargs
  @SuppressWarnings("varargs") // They are only handed on.
  private <T> DataStream<T> stream(
      String uid, Class<T> type, SerializableTimestampAssigner<T> at, T... elements) {
    return env.fromData(type, elements)
        .uid(uid)
        .assignTimestampsAndWatermarks(
            WatermarkStrategy.<T>forMonotonousTimestamps().withTimestampAssigner(at))
        .uid(uid + "-times");
  }

  private <T> DataStream<T> none(String uid, Class<T> type, T unlike) {
    return stream(uid, type, (element, time) -> START, unlike)
        .filter(each -> false)
        .uid(uid + "-none");
  }

  private static <T> List<T> all(DataStream<T> stream) throws Exception {
    List<T> all = new ArrayList<>();
    try (var found = stream.executeAndCollect()) {
      found.forEachRemaining(all::add);
    }
    return all;
  }

  private DataStream<Order> orders() {
    return stream(
        "orders",
        Order.class,
        (order, time) -> order.at(),
        new Order("a", START, 300),
        new Order("b", START + 1, 20),
        new Order("a", START + 2, 300));
  }

  @Test
  void dedup() throws Exception {
    var orders = orders();
    // README dedup starts
    var once =
        EventDedup.once(
            orders, // with event times
            order -> {
              byte[] id = ItemBytes.of(order.id());
              return ItemBytes.hash(id, 0, id.length); // 64 bits, the same in every process
            },
            new DedupSpec(
                3_600_000, 60_000), // ids are kept for an hour, events may be a minute late
            "orders-once"); // the first of each id
    // README ends
    assertThat(all(once)).extracting(Order::id).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void audit() throws Exception {
    var orders = orders();
    // README audit starts
    var items =
        orders
            .map(order -> new AuditItem(order.id(), "order", "{\"cents\":" + order.cents() + "}"))
            .returns(AuditItem.class)
            .uid("audit-items");
    var links = AuditChains.of(items, "audit"); // ChainLink: chain, seq, prevHash, hash, at, item
    // Publish every link. Whoever has them all sees at once if one was changed or left out:
    // HashChain.next(prevHash, chain, seq, at, kind, body) is the hash of each.
    // README ends
    List<ChainLink> all = all(links);
    assertThat(all).hasSize(3);
    for (ChainLink link : all) {
      assertThat(link.hash())
          .isEqualTo(
              HashChain.next(
                  link.prevHash(),
                  link.chain(),
                  link.seq(),
                  link.at(),
                  link.item().kind(),
                  link.item().body()));
    }
    assertThat(all)
        .filteredOn(link -> link.seq() == 0)
        .extracting(ChainLink::prevHash)
        .containsOnly(HashChain.START);
  }

  /** What comes from either side. */
  private static final class Both implements CoMapFunction<Order, Order, Order> {
    private static final long serialVersionUID = 1L;

    @Override
    public Order map1(Order order) {
      return order;
    }

    @Override
    public Order map2(Order price) {
      return price;
    }
  }

  @Test
  void order() throws Exception {
    var orders = orders();
    var prices = stream("prices", Order.class, (price, time) -> START, new Order("p", START, 1));
    // README order starts
    var notWaitedFor = Unawaited.of(prices, "prices-unawaited"); // its watermark is the last one
    // What joins both goes on as orders come, also while there is no news of prices.
    var joined = orders.keyBy(Order::id).connect(notWaitedFor.keyBy(Order::id));
    // README ends
    assertThat(all(joined.map(new Both()).uid("joined"))).hasSize(4);
  }

  @Test
  void live() throws Exception {
    var orders = orders();
    // README live starts
    var changes =
        orders
            .map(
                order ->
                    new ViewContents( // all that a view shows from now on
                        "order-" + order.id(),
                        order.at(),
                        List.of(new ViewContents.Row("cents", "" + order.cents()))))
            .returns(ViewContents.class)
            .uid("contents")
            .keyBy(ViewContents::view)
            .process(
                new LiveViewFunction(LiveViewSpec.DEFAULT, "live"),
                TypeInformation.of(LiveChange.class))
            .uid("live"); // each changed row at once, all rows every 10 s
    // README ends
    assertThat(all(changes))
        .extracting(LiveChange::view)
        .contains("order-a", "order-b", LiveChange.HEARTBEAT);
  }

  /** What calls are limited by. */
  static final class CallFields implements RequestFields<Call> {
    private static final long serialVersionUID = 1L;

    @Override
    public String id(Call call) {
      return call.id();
    }

    @Override
    public long at(Call call) {
      return call.at();
    }

    @Override
    public @Nullable String key(Call call, LimitDimension dimension) {
      return dimension == LimitDimension.API_KEY ? call.apiKey() : null;
    }

    @Override
    public @Nullable String tier(Call call) {
      return null;
    }

    @Override
    public @Nullable String route(Call call) {
      return null;
    }

    @Override
    public long cost(Call call) {
      return 1;
    }
  }

  @Test
  void ratelimit() throws Exception {
    RateRule twoAMinute =
        new RateRule(
            "two-a-minute",
            1,
            START,
            LimitDimension.API_KEY,
            null,
            null,
            RateAlgorithm.FIXED_WINDOW,
            2,
            60_000,
            2,
            false,
            0,
            false);
    var rules = stream("rules", RateRule.class, (rule, time) -> rule.at(), twoAMinute);
    var requests =
        stream(
            "calls",
            Call.class,
            (call, time) -> call.at(),
            new Call("1", START + 1, "k"),
            new Call("2", START + 2, "k"),
            new Call("3", START + 3, "k"));
    // README ratelimit starts
    var limited =
        RateLimiter.limit(
            requests, // with event times and watermarks
            new CallFields(), // id, time, keys, tier, route and cost of a request: RequestFields
            rules, // DataStream<RateRule>, each version with the time that it applies from
            new RateLimitSpec(
                Coordination.EXACT, // one task; or LEASES: many
                LimitDimension.API_KEY, // divides requests among tasks
                true, // in the order of event times
                100, // milliseconds that leases are granted for
                600_000, // milliseconds in which an id gets the same verdict
                60_000, // milliseconds of a window of use
                RateLimiter.STATE),
            "limits");
    limited.verdicts(); // Verdict: allowed, limitedBy, limit, remaining, resetAt, retryAfterMillis
    limited.usage(); // KeyUsage: allowed, refused and cost of each key and window
    limited.late(); // in event time, requests behind the watermark
    // README ends
    assertThat(all(limited.verdicts()))
        .extracting(Verdict::requestId, Verdict::allowed)
        .containsExactlyInAnyOrder(tuple("1", true), tuple("2", true), tuple("3", false));
  }

  /** What of plays is counted. */
  static final class Fields implements PlayFields<Play> {
    private static final long serialVersionUID = 1L;

    @Override
    public void song(Play play, ItemSlice slice) {
      slice.set(play.song());
    }

    @Override
    public void region(Play play, ItemSlice slice) {
      slice.set(play.region());
    }

    @Override
    public long listener(Play play) {
      byte[] id = ItemBytes.of(play.listener());
      return ItemBytes.hash(id, 0, id.length);
    }
  }

  @Test
  void chart() throws Exception {
    var plays =
        stream(
            "plays",
            Play.class,
            (play, time) -> play.at(),
            new Play("s1", "DE", "ann", START),
            new Play("s2", "DE", "ann", START + 1),
            new Play("s1", "DE", "bob", START + 2));
    var names =
        stream(
            "names",
            SongName.class,
            (name, time) -> name.at(),
            new SongName("s1", START, "Rain", "Band", false));
    // README chart starts
    var spec =
        new ChartSpec(
            new PanedWindows(3_600_000, 300_000, 0), // the last hour, every five minutes
            List.of(ChartKind.WINDOWED, ChartKind.DECAYED), // or NOVELTY: against a song's own past
            100, // entries
            3_600_000, // half-life of a play in the decayed chart
            10, // plays of one listener that count in a window
            20, // plays that a song needs for the novelty chart
            3_600_000, // the source refuses what is further ahead
            ChartSpec.DEFAULT_LOCAL_BYTES);
    var charts =
        TrendingCharts.of(
            plays, // with event times and watermarks
            new Fields(), // song, region and listener of a play: PlayFields
            names, // DataStream<SongName>: what songs are called; charts wait for its watermark
            spec,
            "trending");
    charts.published(); // ChartRanking: of each region and of all, with songs and previous ranks
    charts.late(); // a late play and the watermark that it was behind
    // README ends
    assertThat(all(charts.published()))
        .filteredOn(chart -> chart.chart().equals("windowed") && chart.region().equals("DE"))
        .isNotEmpty()
        .allSatisfy(
            chart ->
                assertThat(chart.songs())
                    .extracting(ChartSong::songId, ChartSong::plays)
                    .containsExactly(tuple("s1", 2L), tuple("s2", 1L)));
  }

  private static Claim claim(String id, String ledger) {
    LedgerEntry entry =
        new LedgerEntry(id, ledger, "ORDER-7", START, START / 86_400_000, 1_999, "EUR", "shop");
    return new Claim(id, entry, entry.hashCode(), null);
  }

  @Test
  void reconcile() throws Exception {
    var entries =
        stream(
            "entries",
            Claim.class,
            (claim, time) -> START,
            claim("o1", "orders"),
            claim("p1", "provider"));
    var decisions =
        none(
            "decisions",
            Resolution.class,
            new Resolution("", START, Resolution.Action.WRITE_OFF, List.of(), "", "", ""));
    var rule =
        new PairRule("card", 1, START, "orders", "provider", PairRule.EXACT_ONLY, 3_600_000, false);
    var notices = stream("rules", Notice.class, (notice, time) -> START, Notice.of(rule));
    // README reconcile starts
    var reconciled =
        Reconciliation.of(
            entries, // DataStream<Claim>: an entry, its id, and a hash of its body
            decisions, // DataStream<Resolution>: what people decide about breaks
            notices, // DataStream<Notice>: rules that pair two ledgers, rates, fees
            new ReconcileSpec(
                30L * 86_400_000, // milliseconds that entries are kept
                true, // in the order of event times
                3_600_000), // milliseconds of a period that is tied out
            "reconciled");
    reconciled.matches(); // ReconciledMatch: which entries belong together, and by which stage
    reconciled.breaks(); // PairBreak: missing, over, under, twice ... with its history
    reconciled.suggestions(); // entries that look alike
    // README ends
    assertThat(all(reconciled.matches()))
        .extracting((ReconciledMatch match) -> match.match().entryIds())
        .containsExactly(List.of("o1", "p1"));
  }

  @Test
  void logs() throws Exception {
    byte[] json =
        "{\"time\":\"2026-01-31T09:00:00Z\",\"level\":\"error\",\"message\":\"out of tea\"}"
            .getBytes(UTF_8);
    var lines =
        stream(
            "lines",
            LogLine.class,
            (line, time) -> line.timestamp(),
            new LogLine("shop", "logs", 0, 0, START, null, json, Map.of(), false));
    var shop =
        new LineSource("shop", 1, 0, LineFormat.JSON, "UTC", 0, "", "", "", "", "", "", false);
    var news = stream("news", LogNews.class, (each, time) -> each.at(), LogNews.of(shop));
    // README logs starts
    var ingested =
        LogIngestion.of(
            lines, // DataStream<LogLine>: bytes, source, topic, partition, offset, timestamp
            news, // DataStream<LogNews>: how sources are read, rules and services, with event times
            new LogSpec(
                LineDecoder.TEXT, // values are lines as they are
                null, // lines of unknown sources are refused
                new Redaction(true, true), // secrets and card numbers
                false, // equal records stay apart
                null, // all levels
                1 << 20, // the largest record
                0, // the earliest event time
                3_600_000, // how far ahead of the clock
                0, // allowed lateness
                true, // in the order of event times
                true, // a line whose offset comes again is taken once
                false), // bounded: only the end of input ends records
            5_000, // milliseconds that records are out of order
            0, // no partition is idle
            "logs");
    ingested.indexed(); // IndexedEvent: what a record says, and how many equal ones it stands for
    ingested.filtered(); // LogEvent: a record that is not kept, by its level or a rule that samples
    ingested.refused(); // RefusedLine: why, and at which character
    ingested.levels(); // LevelCount: records of a minute
    ingested.alerts(); // LogAlert: a window of a rule and a group fires, or is resolved
    // README ends
    assertThat(all(ingested.indexed()))
        .extracting((IndexedEvent each) -> each.event().line().message())
        .containsExactly("out of tea");
  }

  @Test
  void geo() throws Exception {
    // README geo starts
    var events = // with event times; what happens to whom is seen, and who may see it
        stream(
            "events",
            OwnerEvent.class,
            (event, time) -> event.at(),
            OwnerEvent.granted("ann", new Grant("g1", "bob", START, Grant.NEVER, null, 0)),
            OwnerEvent.located(
                "ann", new Position("p1", START + 1, 52.52, 13.4, 5.0, null, null, null, "gps")));
    var sharing =
        LocationSharing.of(
            events.keyBy(OwnerEvent::ownerId),
            new ShareSpec(
                340, // metres a second; a faster position is impossible
                0, // milliseconds in which only the newest position is told; 0: each
                true, // in the order of event times
                false)); // bounded: by the watermark alone
    sharing.told(); // ViewerEvent: to whom, where, by which grant, or that it has ended
    // README ends
    assertThat(all(sharing.told()))
        .filteredOn(told -> told.spot() != null)
        .extracting(ViewerEvent::viewerId)
        .containsExactly("bob");
  }
}
