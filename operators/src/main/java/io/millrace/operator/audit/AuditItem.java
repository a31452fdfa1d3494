package io.millrace.operator.audit;

import java.util.Comparator;

/**
 * What is to be kept for good.
 *
 * @param id of whom it is: items of one id come into one chain
 * @param kind what it is
 * @param body what it says; of two at one time with one id and kind the lesser comes first
 */
public record AuditItem(String id, String kind, String body) {
  static final Comparator<AuditItem> ORDER =
      Comparator.comparing(AuditItem::kind)
          .thenComparing(AuditItem::id)
          .thenComparing(AuditItem::body);
}
