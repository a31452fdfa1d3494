package io.millrace.connector.kafka;

import java.io.IOException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** Rows of a complete checkpoint are lost. No restart would bring them back, so there is none. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class LostTransactionException extends IOException {
  private static final long serialVersionUID = 1L;

  LostTransactionException(String message) {
    super(message);
  }
}
