package io.millrace.job.payments;

import io.millrace.operator.live.ViewContents;
import io.millrace.operator.live.ViewContents.Row;
import io.millrace.operator.reconcile.Age;
import io.millrace.operator.reconcile.AgedBreaks;
import io.millrace.operator.reconcile.PairDays;
import io.millrace.operator.reconcile.TieOut;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.payments.LiveAge;
import io.millrace.schema.payments.LiveBalance;
import io.millrace.schema.payments.TieOutPublished;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.util.Collector;

/**
 * Live views: {@code days:<rule>}, a row for each of the latest days and currencies; {@code
 * clearing:<rule>}, a row for each currency; and {@code ages:<rule>}, a row for each age of the
 * breaks that stand.
 */
final class LedgerViews {
  private static final long DAY_MILLIS = 24L * 3_600_000;

  private LedgerViews() {}

  static void ofDays(PairDays pair, Collector<ViewContents> out) {
    JsonCodec<TieOutPublished> ofDay = JsonCodec.of(TieOutPublished.class);
    JsonCodec<LiveBalance> ofBalance = JsonCodec.of(LiveBalance.class);
    List<Row> days = new ArrayList<>();
    Map<String, LiveBalance> balances = new TreeMap<>();
    for (TieOut day : pair.days()) {
      TieOutPublished row = LedgerRows.tieOut(day);
      days.add(new Row(row.day() + ":" + row.currency(), text(ofDay.encode(row))));
      balances.merge(
          row.currency(),
          new LiveBalance(
              row.ruleId(),
              row.left(),
              row.right(),
              row.currency(),
              row.rightSum() - row.leftSum(),
              row.open(),
              row.breaks()),
          LedgerViews::sum);
    }
    long at = pair.days().get(0).day() * DAY_MILLIS;
    out.collect(new ViewContents("days:" + pair.ruleId(), at, days));
    List<Row> rows = new ArrayList<>();
    balances.forEach(
        (currency, balance) -> rows.add(new Row(currency, text(ofBalance.encode(balance)))));
    out.collect(new ViewContents("clearing:" + pair.ruleId(), at, rows));
  }

  static void ofAges(AgedBreaks aged, Collector<ViewContents> out) {
    JsonCodec<LiveAge> codec = JsonCodec.of(LiveAge.class);
    List<Row> rows = new ArrayList<>();
    for (Age age : Age.ALL) {
      LiveAge row =
          new LiveAge(
              aged.ruleId(), aged.left(), aged.right(), age.code(), aged.counts().get(age.index()));
      rows.add(new Row(age.code(), text(codec.encode(row))));
    }
    out.collect(new ViewContents("ages:" + aged.ruleId(), aged.at(), rows));
  }

  private static LiveBalance sum(LiveBalance one, LiveBalance other) {
    return new LiveBalance(
        one.ruleId(),
        one.left(),
        one.right(),
        one.currency(),
        one.balanceMinor() + other.balanceMinor(),
        one.open() + other.open(),
        one.breaks() + other.breaks());
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
