package io.millrace.connector.store;

import java.io.IOException;

/**
 * A store took nothing or not all, but may later: it is away, starts, fails over, is full or
 * overloaded, or does not let the user in, which may be mended.
 */
public final class StoreUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * An answer or failure.
   *
   * @param message what the store or its client said, without credentials
   */
  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * A store that is not as it has to be.
   *
   * @param message what has to be mended, without credentials
   */
  public StoreUnavailableException(String message) {
    super(message);
  }
}
