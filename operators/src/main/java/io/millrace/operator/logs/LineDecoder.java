package io.millrace.operator.logs;

import io.millrace.operator.logline.LineException;
import java.io.Serializable;

/** Makes lines of what is not text. */
@FunctionalInterface
public interface LineDecoder extends Serializable {
  /** Takes everything for text. */
  LineDecoder TEXT = value -> value;

  /**
   * The line that a value stands for.
   *
   * @return the value itself where it is a line as it is
   * @throws LineException where it stands for none
   */
  byte[] line(byte[] value) throws LineException;
}
