package io.millrace.local.intake;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes all requests together may hold. Nobody waits for bytes: who gets none is told. */
final class ByteBudget {
  /** What a request costs beside its body. */
  static final int OF_REQUEST = 16 * 1024;

  private final long total;
  private final AtomicLong used = new AtomicLong();

  ByteBudget(long total) {
    this.total = total;
  }

  /** The bytes of one request, which are given back together. Safe for use by several threads. */
  final class Share {
    private long bytes;
    private boolean returned;

    private Share() {}

    /** Takes more bytes; false where so many are not free. */
    synchronized boolean take(long more) {
      if (returned || !reserve(more)) {
        return false;
      }
      bytes += more;
      return true;
    }

    /** Whether it could have so many more if nobody else had any. */
    synchronized boolean fits(long more) {
      return bytes + more <= total;
    }

    /** Gives all back; the second time there are none. */
    synchronized void giveBack() {
      used.addAndGet(-bytes);
      bytes = 0;
      returned = true;
    }
  }

  /** A share without bytes. */
  Share share() {
    return new Share();
  }

  /** How many are held. */
  long used() {
    return used.get();
  }

  private boolean reserve(long more) {
    long before = used.get();
    while (before + more <= total) {
      if (used.compareAndSet(before, before + more)) {
        return true;
      }
      before = used.get();
    }
    return false;
  }
}
