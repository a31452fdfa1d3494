package io.millrace.local.feed;

import io.millrace.schema.Topic;
import io.millrace.schema.Topics;
import io.millrace.schema.codec.JsonCodec;
import io.millrace.schema.logs.LogLineReceived;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What the services of a shop log, in seven formats. Errors come with stack traces. Every minute,
 * for fifteen seconds, half of the orders fail, and for twenty the tills say nothing. One line in
 * two hundred is broken off.
 */
public final class LogLinesFeed implements SeededFeed {
  private static final int PERIOD_SECONDS = 60;
  private static final int FAILING_SECONDS = 15;
  private static final int SILENT_FROM_SECOND = 30;
  private static final int SILENT_SECONDS = 20;
  private static final int BROKEN_OF = 200;

  private static final DateTimeFormatter ACCESS = time("dd/MMM/uuuu:HH:mm:ss xx");
  private static final DateTimeFormatter LOG4J = time("uuuu-MM-dd HH:mm:ss,SSS");
  private static final DateTimeFormatter BSD = time("MMM ppd HH:mm:ss");
  private static final List<String> TRACE =
      List.of(
          "java.sql.SQLTransientConnectionException: no connection within 3000 ms",
          "\tat com.example.billing.Pool.take(Pool.java:112)",
          "\tat com.example.billing.Invoices.write(Invoices.java:58)",
          "Caused by: java.net.SocketTimeoutException: connect timed out",
          "\tat java.base/sun.nio.ch.NioSocketImpl.connect(NioSocketImpl.java:597)",
          "\t... 2 more");

  private final JsonCodec<LogLineReceived> codec = Topics.LOGS_RAW.codec();
  private final SplittableRandom random;

  /** The lines of a stack trace that are still to come. */
  private final Deque<String> trace = new ArrayDeque<>();

  /** Lines that are the same for one seed, but for their time. */
  public LogLinesFeed(long seed) {
    this.random = new SplittableRandom(seed);
  }

  private static DateTimeFormatter time(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
  }

  @Override
  public Topic<?> topic() {
    return Topics.LOGS_RAW;
  }

  @Override
  public byte[] next(long now) {
    return codec.encode(line(now));
  }

  private LogLineReceived line(long now) {
    if (!trace.isEmpty()) {
      return new LogLineReceived("worker", trace.remove(), now);
    }
    long second = now / 1_000 % PERIOD_SECONDS;
    boolean fails = second < FAILING_SECONDS && random.nextBoolean();
    boolean silent = second >= SILENT_FROM_SECOND && second < SILENT_FROM_SECOND + SILENT_SECONDS;
    Instant at = Instant.ofEpochMilli(now);
    int draw = random.nextInt(100);
    if (draw < 40) {
      return whole("web", request(at, fails), now);
    } else if (draw < 60) {
      return whole("api", order(at, fails), now);
    } else if (draw < 72) {
      return whole("worker", work(at, fails), now);
    } else if (draw < 82) {
      return whole("queue", message(at), now);
    } else if (draw < 90) {
      return whole("hosts", login(at), now);
    } else if (draw < 96 || silent) {
      return whole("routers", link(at), now);
    }
    return whole("tills", sale(at), now);
  }

  /** The line, or now and then only a part of it. */
  private LogLineReceived whole(String source, String line, long now) {
    // What a line of a stack trace is broken off from can't be told.
    boolean broken = random.nextInt(BROKEN_OF) == 0 && !source.equals("worker");
    return new LogLineReceived(source, broken ? line.substring(0, 12) : line, now);
  }

  private String request(Instant at, boolean fails) {
    return String.format(
        "10.0.%d.%d - - [%s] \"GET /products/%d HTTP/1.1\" %d %d \"-\" \"Mozilla/5.0 (X11)\"",
        random.nextInt(4),
        random.nextInt(250),
        ACCESS.format(at),
        random.nextInt(1_000),
        fails ? 503 : 200,
        random.nextInt(50_000));
  }

  private String order(Instant at, boolean fails) {
    return String.format(
        "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"%s\",\"orderId\":\"o-%d\",\"traceId\":\"%016x\"}",
        at,
        fails ? "error" : "info",
        fails ? "payment was not answered within 2000 ms" : "order was paid",
        random.nextInt(1_000_000),
        random.nextLong());
  }

  private String work(Instant at, boolean fails) {
    String start = LOG4J.format(at);
    if (fails) {
      trace.addAll(TRACE);
      return start
          + " ERROR [worker-"
          + random.nextInt(8)
          + "] com.example.billing.Worker - invoice was not written";
    }
    return String.format(
        "%s INFO  [worker-%d] com.example.billing.Worker - invoice %d was written",
        start, random.nextInt(8), random.nextInt(1_000_000));
  }

  private String message(Instant at) {
    return String.format(
        "ts=%s level=%s msg=\"message was %s\" queue=invoices took=%dms",
        at,
        random.nextInt(50) == 0 ? "warn" : "debug",
        random.nextInt(50) == 0 ? "taken again" : "taken",
        1 + random.nextInt(90));
  }

  private String login(Instant at) {
    return String.format(
        "<86>%s host-%d sshd[%d]: Accepted publickey for deploy from 10.1.0.%d",
        BSD.format(at), random.nextInt(20), 1_000 + random.nextInt(9_000), random.nextInt(250));
  }

  private String link(Instant at) {
    return String.format(
        "<%d>1 %s router-%d linkd %d LINK [link@32473 port=\"%d\" speed=\"10000\"] link is %s",
        random.nextInt(10) == 0 ? 164 : 166,
        at,
        random.nextInt(5),
        random.nextInt(1_000),
        random.nextInt(48),
        random.nextInt(10) == 0 ? "down" : "up");
  }

  private String sale(Instant at) {
    return String.format(
        "%s,NOTICE,till-%d,\"sale of %d.%02d, paid\",store-%d",
        at, random.nextInt(12), random.nextInt(200), random.nextInt(100), random.nextInt(6));
  }
}
