package io.millrace.job.payments;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.FeeAgreed;
import io.millrace.schema.payments.LedgerEntryRecorded;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.MatchStage;
import io.millrace.schema.payments.MatchStage.Kind;
import io.millrace.schema.payments.RateQuoted;
import io.millrace.schema.payments.ResolutionMade;
import io.millrace.schema.payments.ResolutionMade.Action;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Ten days of three ledgers with discrepancies that are known, since they were put there, and what
 * must come of them. It is the same for one seed, and shares no code with the job.
 */
final class LedgerHistory {
  static final long HOUR = 3_600_000;
  static final long DAY = 24 * HOUR;
  static final long START = 1_764_115_200_000L;

  private static final long WINDOW = 6 * HOUR;
  private static final long SETTLED = 10 * DAY;
  private static final long LAST = SETTLED + 4 * DAY;
  private static final int TOLERANCE = 2;
  private static final List<String> LEDGERS = List.of("orders", "payments", "bank");

  /** One of so many references, by their numbers, is of the last minute. */
  static final int RECENT_ONE_OF = 20;

  /** How far out of order entries are written. */
  static final long DISORDER = 20 * 60_000;

  /** The options of a job that takes all of it in order. */
  static final Map<String, String> OPTIONS =
      Map.of("order", "event-time", "max-out-of-orderness", DISORDER + "ms");

  private static final long CLOSING = START + LAST + DISORDER + 1;
  private static final Pattern NEAR = Pattern.compile(" tolerance \\[[a-z]+-([0-9]+),");

  /** Entries in the order in which they are written, repetitions included. */
  final List<LedgerEntryRecorded> written = new ArrayList<>();

  /** What must come of them, sorted. */
  final List<String> expected = new ArrayList<>();

  private final Map<String, long[]> days = new TreeMap<>();
  private final Random random;
  private int count;

  LedgerHistory(long seed, int references) {
    random = new Random(seed);
    for (int i = 0; i < references; i++) {
      reference(
          i, i % RECENT_ONE_OF == 0 ? LAST - random.nextInt(60_000) - 1 : random.nextLong(SETTLED));
    }
    // The largest time, and nothing else.
    add("tick", "clock", "TICK", LAST, 1, "EUR");
    expected.add("open tick null");
    List<LedgerEntryRecorded> entries = new ArrayList<>(written);
    IdentityHashMap<LedgerEntryRecorded, Long> arrival = new IdentityHashMap<>();
    entries.forEach(entry -> arrival.put(entry, entry.at() + random.nextLong(DISORDER)));
    entries.sort(Comparator.comparing(arrival::get));
    written.clear();
    for (LedgerEntryRecorded entry : entries) {
      written.add(entry);
      if (random.nextInt(10) == 0) {
        written.add(entry);
      }
    }
    days.forEach((day, sums) -> expected.add(tieOut(day, sums)));
    Collections.sort(expected);
  }

  /** One reference: some of the ledgers have an entry, not always as the first has it. */
  private void reference(int number, long start) {
    boolean recent = start > SETTLED;
    long amount = 1_000 + random.nextLong(100_000);
    String reference = "Ref-" + number;
    Map<String, LedgerEntryRecorded> entries = new TreeMap<>();
    // One side is silent on the third day.
    boolean silent = start / DAY == 2;
    for (String ledger : LEDGERS) {
      if (random.nextInt(12) == 0 || (silent && ledger.equals("bank"))) {
        continue;
      }
      long at = start + (recent ? random.nextInt(1_000) : delay());
      long off =
          switch (random.nextInt(16)) {
            case 0 -> random.nextBoolean() ? 1 : -1;
            case 1 -> random.nextInt(1_001) - 500;
            default -> 0;
          };
      String currency = random.nextInt(25) == 0 ? "USD" : "EUR";
      String id = ledger + "-" + number;
      String spelt =
          random.nextBoolean() ? reference : "  " + reference.toUpperCase(Locale.ROOT) + " ";
      entries.put(ledger, add(id, ledger, spelt, Math.min(at, LAST), amount + off, currency));
      if (!recent && random.nextInt(15) == 0) {
        duplicate(entries.get(ledger));
      }
    }
    for (String[] pair : PAIRS) {
      expect(pair, entries.get(pair[0]), entries.get(pair[1]));
    }
  }

  private static final String[][] PAIRS = {
    {"orders", "payments"}, {"orders", "bank"}, {"payments", "bank"}
  };

  private long delay() {
    return switch (random.nextInt(12)) {
      case 0 -> WINDOW + 1 + random.nextLong(DAY);
      case 1 -> WINDOW;
      default -> random.nextLong(WINDOW);
    };
  }

  private LedgerEntryRecorded add(
      String id, String ledger, String reference, long at, long amount, String currency) {
    LedgerEntryRecorded entry =
        new LedgerEntryRecorded(
            id, ledger, reference, START + at, null, amount, currency, null, "no. " + count++);
    written.add(entry);
    return entry;
  }

  /** A second entry of the same amount is a duplicate by each rule of its ledger. */
  private void duplicate(LedgerEntryRecorded of) {
    LedgerEntryRecorded again =
        add(
            of.entryId() + "-again",
            of.ledger(),
            String.valueOf(of.reference()),
            of.at() - START + 1 + random.nextInt(1_000),
            of.amountMinor(),
            of.currency());
    for (String[] pair : PAIRS) {
      if (pair[0].equals(of.ledger()) || pair[1].equals(of.ledger())) {
        broken(pair, "duplicate", List.of(again, of), of.amountMinor(), again.at(), "open");
        count(pair, again, BREAK);
      }
    }
  }

  private void expect(
      String[] pair, @Nullable LedgerEntryRecorded left, @Nullable LedgerEntryRecorded right) {
    if (left == null || right == null) {
      if (left != null) {
        missing(pair, "missing-right", left);
      } else if (right != null) {
        missing(pair, "missing-left", right);
      }
      return;
    }
    boolean near = Math.abs(left.at() - right.at()) <= WINDOW;
    boolean sameCurrency = left.currency().equals(right.currency());
    long difference = right.amountMinor() - left.amountMinor();
    boolean fits = sameCurrency && Math.abs(difference) <= TOLERANCE;
    if (near && fits) {
      String stage = difference == 0 ? "exact" : "tolerance";
      expected.add(
          String.format(
              "match %s %s [%s, %s] %d",
              rule(pair), stage, left.entryId(), right.entryId(), difference));
      count(pair, left, MATCHED);
      count(pair, right, MATCHED);
    } else if (near) {
      long opened = Math.max(left.at(), right.at()) + WINDOW;
      if (opened > START + LAST) {
        open(pair, left);
        open(pair, right);
        return;
      }
      String type = !sameCurrency ? "currency" : difference > 0 ? "amount-over" : "amount-under";
      long amount = sameCurrency ? difference : left.amountMinor();
      broken(pair, type, List.of(left, right), amount, opened, "open");
      count(pair, left, BREAK);
      count(pair, right, BREAK);
    } else if (fits) {
      boolean leftFirst = left.at() < right.at();
      LedgerEntryRecorded first = leftFirst ? left : right;
      broken(
          pair,
          leftFirst ? "missing-right" : "missing-left",
          List.of(first),
          first.amountMinor(),
          first.at() + WINDOW,
          "cleared");
      broken(
          pair,
          "late-match",
          List.of(left, right),
          difference,
          Math.max(left.at(), right.at()),
          "open");
      count(pair, left, BREAK);
      count(pair, right, BREAK);
    } else {
      missing(pair, "missing-right", left);
      missing(pair, "missing-left", right);
    }
  }

  private void missing(String[] pair, String type, LedgerEntryRecorded entry) {
    if (entry.at() + WINDOW > START + LAST) {
      open(pair, entry);
    } else {
      broken(pair, type, List.of(entry), entry.amountMinor(), entry.at() + WINDOW, "open");
      count(pair, entry, BREAK);
    }
  }

  private void open(String[] pair, LedgerEntryRecorded entry) {
    expected.add("open " + entry.entryId() + " " + rule(pair));
    count(pair, entry, OPEN);
  }

  private void broken(
      String[] pair,
      String type,
      List<LedgerEntryRecorded> entries,
      long amount,
      long openedAt,
      String state) {
    expected.add(
        String.format(
            "break %s %s %s %d %d %s",
            rule(pair),
            type,
            entries.stream().map(LedgerEntryRecorded::entryId).toList(),
            amount,
            openedAt,
            state));
  }

  private static String rule(String[] pair) {
    return pair[0] + "-" + pair[1];
  }

  private static final int LEFT_SUM = 0;
  private static final int RIGHT_SUM = 1;
  private static final int MATCHED = 2;
  private static final int OPEN = 3;
  private static final int BREAK = 4;

  private void count(String[] pair, LedgerEntryRecorded entry, int status) {
    String day = LocalDate.ofEpochDay(Math.floorDiv(entry.at(), DAY)).toString();
    String key = String.join(" ", day, pair[0], pair[1], entry.currency());
    long[] sums = days.computeIfAbsent(key, unused -> new long[BREAK + 1]);
    sums[entry.ledger().equals(pair[0]) ? LEFT_SUM : RIGHT_SUM] += entry.amountMinor();
    sums[status]++;
  }

  private static String tieOut(String key, long[] sums) {
    return String.format(
        "tieout %s %d %d %d %d %d",
        key, sums[LEFT_SUM], sums[RIGHT_SUM], sums[MATCHED], sums[OPEN], sums[BREAK]);
  }

  /** The rules: each pair of the three ledgers, with a tolerance. */
  static List<MatchRuleSet> rules() {
    List<MatchStage> stages =
        List.of(
            new MatchStage(Kind.EXACT, null, null, null),
            new MatchStage(Kind.TOLERANCE, (long) TOLERANCE, null, null));
    List<MatchRuleSet> rules = new ArrayList<>();
    for (String[] pair : PAIRS) {
      rules.add(
          new MatchRuleSet(rule(pair), 1, START - DAY, pair[0], pair[1], stages, "PT6H", null));
    }
    return rules;
  }

  /** The records of rules and entries, with their keys. */
  List<ProducerRecord<byte[], byte[]>> records(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (MatchRuleSet rule : rules()) {
      records.add(
          new ProducerRecord<>(
              prefix + Topics.RECON_RULES.name(),
              rule.ruleId().getBytes(StandardCharsets.UTF_8),
              Topics.RECON_RULES.codec().encode(rule)));
    }
    for (LedgerEntryRecorded entry : written) {
      records.add(
          new ProducerRecord<>(
              prefix + Topics.RECON_ENTRIES.name(),
              entry.entryId().getBytes(StandardCharsets.UTF_8),
              Topics.RECON_ENTRIES.codec().encode(entry)));
    }
    return records;
  }

  /** Lines without what only the end of the input would decide: near matches of the last minute. */
  static List<String> inWindowsThatHavePassed(List<String> lines) {
    return lines.stream()
        .filter(
            line -> {
              Matcher near = NEAR.matcher(line);
              return !near.find() || Integer.parseInt(near.group(1)) % RECENT_ONE_OF != 0;
            })
        .toList();
  }

  /**
   * Rules, decisions, rates and fees that are of no account, in each partition: a job that was
   * restored knows how far a partition is by what comes from it.
   */
  static List<ProducerRecord<byte[], byte[]>> ofNoAccount(String prefix) {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      records.add(
          record(
              prefix,
              Topics.RECON_RULES,
              new MatchRuleSet("later", 1, CLOSING, "nobody", "noone", null, null, null),
              partition));
      records.add(
          record(
              prefix,
              Topics.RECON_RESOLUTIONS,
              new ResolutionMade(
                  "later", CLOSING, Action.DISPUTE, List.of("none"), null, null, null),
              partition));
      records.add(
          record(prefix, Topics.RECON_RATES, new RateQuoted("EUR/USD", CLOSING, 1), partition));
      records.add(
          record(
              prefix,
              Topics.RECON_FEES,
              new FeeAgreed("later", CLOSING, "nobody", "EUR", 1.0, null),
              partition));
    }
    return records;
  }

  /** An entry of no rule in each partition, after which every entry before is in order. */
  static List<ProducerRecord<byte[], byte[]>> closing(String prefix) {
    List<ProducerRecord<byte[], byte[]>> closing = new ArrayList<>();
    for (int partition = 0; partition < Topics.PARTITIONS; partition++) {
      closing.add(
          record(
              prefix,
              Topics.RECON_ENTRIES,
              new LedgerEntryRecorded(
                  "closing-" + partition, "clock", null, CLOSING, null, 1, "EUR", null, null),
              partition));
    }
    return closing;
  }

  private static <T extends Record> ProducerRecord<byte[], byte[]> record(
      String prefix, Topic<T> topic, T value, int partition) {
    return new ProducerRecord<>(
        prefix + topic.name(), partition, new byte[] {1}, topic.codec().encode(value));
  }
}
