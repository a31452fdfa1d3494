package io.millrace.operator.sketch;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Orders strings as their UTF-8 bytes are ordered, unsigned; that is by code points, where {@link
 * String#compareTo} orders by UTF-16 units and puts characters beyond U+FFFF before U+E000.
 */
public final class Utf8Order implements Comparator<String>, Serializable {
  /** The one instance. */
  public static final Utf8Order INSTANCE = new Utf8Order();

  private static final long serialVersionUID = 1L;

  private Utf8Order() {}

  @Override
  public int compare(String left, String right) {
    int shared = Math.min(left.length(), right.length());
    for (int i = 0; i < shared; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) {
        boolean oneIsSurrogate = Character.isSurrogate(l) != Character.isSurrogate(r);
        return oneIsSurrogate ? (Character.isSurrogate(l) ? 1 : -1) : Character.compare(l, r);
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  private Object readResolve() {
    return INSTANCE;
  }
}
