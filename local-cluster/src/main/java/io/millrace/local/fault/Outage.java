package io.millrace.local.fault;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What may befall a store while a job writes to it. */
public enum Outage {
  /** It is stopped, and started again. */
  STOPPED,
  /** It keeps its connections and answers nothing. */
  HANGING,
  /** One of a hundred commands fails. */
  ERRORS,
  /** The job's user is no longer let in, and then is again. */
  REVOKED;

  /** The name it is asked for by. */
  public String code() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The names of all. */
  public static List<String> codes() {
    return Arrays.stream(values()).map(Outage::code).toList();
  }

  /** The outage of that name. */
  public static Optional<Outage> ofCode(String code) {
    return Arrays.stream(values()).filter(each -> each.code().equals(code)).findFirst();
  }
}
