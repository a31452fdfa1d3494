package io.millrace.operator.state;

import java.util.concurrent.Callable;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.ExceptionUtils;
import org.apache.flink.util.StateMigrationException;

/**
 * State that an operator finds again when its job is restored. Where it can't go on from it, the
 * job fails at once and for good, with the operator's uid and the reason; a restart would find the
 * same. Flink itself names neither the uid nor the state.
 */
public final class SavedState {
  private SavedState() {}

  /**
   * Gets a state from Flink.
   *
   * @param uid uid of the operator
   * @param state name of the state
   * @param access asks Flink for it
   * @throws SuppressRestartsException where it was saved in a form that can't be read as the
   *     present one
   * @throws Exception where Flink fails otherwise
   */
  public static <S> S open(String uid, String state, Callable<S> access) throws Exception {
    try {
      return access.call();
    } catch (Exception e) {
      if (ExceptionUtils.findThrowable(e, StateMigrationException.class).isEmpty()) {
        throw e;
      }
      SuppressRestartsException refused =
          refusal(
              uid,
              String.format(
                  "state \"%s\" was saved in another form, which this version of the job can't"
                      + " read: the type of one of its fields is another one now. Fields may be"
                      + " added and removed, never retyped; restore with the version that saved"
                      + " it, or give the field of the other type a new name",
                  state));
      refused.addSuppressed(e);
      throw refused;
    }
  }

  /**
   * The failure of an operator that can't go on from its restored state.
   *
   * @param reason why, and what to do next
   */
  public static SuppressRestartsException refusal(String uid, String reason) {
    return new SuppressRestartsException(
        new IllegalStateException("operator " + uid + " can't be restored: " + reason));
  }
}
