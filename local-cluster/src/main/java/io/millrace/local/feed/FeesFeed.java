package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.payments.FeeAgreed;
import org.jspecify.annotations.Nullable;

/** What the payment provider of {@link LedgerEntriesFeed} keeps. */
public final class FeesFeed extends LedgerEntriesFeed.Given {
  @Override
  public Topic<?> topic() {
    return Topics.RECON_FEES;
  }

  @Override
  byte @Nullable [] record(int number, long at) {
    return number > 0
        ? null
        : Topics.RECON_FEES
            .codec()
            .encode(
                new FeeAgreed(
                    "provider",
                    at,
                    LedgerEntriesFeed.PAYMENTS,
                    "EUR",
                    LedgerEntriesFeed.FEE_PERCENT,
                    LedgerEntriesFeed.FEE_MINOR));
  }
}
