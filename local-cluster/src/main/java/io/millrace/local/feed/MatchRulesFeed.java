package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.MatchRuleSet;
import io.millrace.schema.payments.MatchStage;
import io.millrace.schema.payments.MatchStage.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the ledgers of {@link LedgerEntriesFeed} are matched. */
public final class MatchRulesFeed extends LedgerEntriesFeed.Given {
  private static final List<MatchStage> STAGES =
      List.of(
          new MatchStage(Kind.EXACT, null, null, null), new MatchStage(Kind.FEE, null, null, null));

  @Override
  public Topic<?> topic() {
    return Topics.RECON_RULES;
  }

  @Override
  byte @Nullable [] record(int number, long at) {
    return switch (number) {
      case 0 ->
          rule(
              "orders-payments", at, LedgerEntriesFeed.ORDERS, LedgerEntriesFeed.PAYMENTS, "PT10M");
      case 1 ->
          rule("payments-bank", at, LedgerEntriesFeed.PAYMENTS, LedgerEntriesFeed.BANK, "PT3H");
      default -> null;
    };
  }

  private static byte[] rule(String id, long at, String left, String right, String window) {
    return Topics.RECON_RULES
        .codec()
        .encode(new MatchRuleSet(id, 1, at, left, right, STAGES, window, null));
  }
}
