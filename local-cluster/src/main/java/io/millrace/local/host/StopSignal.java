package io.millrace.local.host;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's wish that the run ends: Ctrl-C or a polite {@code kill}. The first one is only noted,
 * so that the run can end in good order; the second one ends the process.
 *
 * <p>Shutdown hooks would not do: those of the servers in this JVM run at the same time, and pull
 * the ground from under a job that is just being cancelled.
 */
public final class StopSignal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
  private static final List<String> SIGNALS = List.of("INT", "TERM");

  private final CountDownLatch requested = new CountDownLatch(1);
  private final List<Runnable> restores = new ArrayList<>();

  private StopSignal() {}

  /** A signal that nothing but {@link #request} gives. */
  public static StopSignal manual() {
    return new StopSignal();
  }

  /** Takes over Ctrl-C and {@code kill} until it is closed. */
  public static StopSignal ofProcess() {
    StopSignal stop = new StopSignal();
    for (String name : SIGNALS) {
      stop.takeOver(name);
    }
    return stop;
  }

  /** Asks the run to end. */
  public void request() {
    requested.countDown();
  }

  /** Whether the run was asked to end. */
  public boolean isRequested() {
    return requested.getCount() == 0;
  }

  /** Waits for the request, at most for {@code limit}; tells whether it came. */
  public boolean await(Duration limit) throws InterruptedException {
    return requested.await(limit.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Gives the signals back to whoever had them. */
  @Override
  public synchronized void close() {
    restores.forEach(Runnable::run);
    restores.clear();
  }

  /** By reflection: the JDK has no other way to handle a signal, and javac refuses this one. */
  private synchronized void takeOver(String name) {
    try {
      Class<?> signalType = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object signal = signalType.getConstructor(String.class).newInstance(name);
      InvocationHandler onSignal =
          (proxy, method, arguments) -> {
            if (method.getName().equals("handle")) {
              close();
              request();
            }
            return null;
          };
      Object handler =
          Proxy.newProxyInstance(
              StopSignal.class.getClassLoader(), new Class<?>[] {handlerType}, onSignal);
      Object previous =
          signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
      restores.add(
          () -> {
            try {
              signalType
                  .getMethod("handle", signalType, handlerType)
                  .invoke(null, signal, previous);
            } catch (ReflectiveOperationException e) {
              LOG.warn("Signal {} stays with this run", name, e);
            }
          });
    } catch (ReflectiveOperationException e) {
      LOG.warn("Signal {} can't be handled in this JVM; it ends the run at once", name, e);
    }
  }
}
