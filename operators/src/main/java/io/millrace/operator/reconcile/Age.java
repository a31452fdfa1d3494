package io.millrace.operator.reconcile;

import java.time.Duration;
import java.util.List;

/** How long a break has stood: it is told of each age that it reaches. */
public enum Age {
  /** Less than an hour. */
  NEW("new", Duration.ZERO),
  /** An hour. */
  HOUR("1h", Duration.ofHours(1)),
  /** A day. */
  DAY("24h", Duration.ofDays(1)),
  /** Three days. */
  THREE_DAYS("3d", Duration.ofDays(3)),
  /** A week or more. */
  WEEK("7d", Duration.ofDays(7));

  /** All of them, the youngest first. */
  public static final List<Age> ALL = List.of(values());

  private final String code;
  private final long millis;

  Age(String code, Duration from) {
    this.code = code;
    this.millis = from.toMillis();
  }

  /** Its name in rows. */
  public String code() {
    return code;
  }

  /** From how long on, in milliseconds. */
  public long millis() {
    return millis;
  }

  /** Its place in {@link #ALL}. */
  public int index() {
    return ALL.indexOf(this);
  }

  /** The age of what has stood for so long. */
  static Age of(long stoodMillis) {
    Age reached = NEW;
    for (Age age : ALL) {
      reached = stoodMillis >= age.millis ? age : reached;
    }
    return reached;
  }
}
