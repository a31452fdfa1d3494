package io.millrace.operator.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.tasks.StreamTaskActionExecutor;
import org.apache.flink.streaming.runtime.tasks.mailbox.MailboxExecutorImpl;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailboxImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NewsChannelTest {
  private static final String NAME = "job slot 0 0";

  private final List<LogNews> taken = new ArrayList<>();
  private MailboxExecutorImpl mailbox;
  private NewsChannel channel;

  @BeforeEach
  void open() {
    mailbox =
        new MailboxExecutorImpl(
            new TaskMailboxImpl(Thread.currentThread()), 0, StreamTaskActionExecutor.IMMEDIATE);
    channel = NewsChannel.of(NAME);
  }

  @AfterEach
  void close() {
    channel.close();
  }

  private static LogNews news(long at) {
    return LogNews.knownUntil(at);
  }

  @Test
  void newsBeforeTheirTaker_comeInOrder_onceItIsThere() {
    channel.offer(news(1));
    channel.offer(news(2));
    channel.take(mailbox, taken::add);

    assertThat(taken).as("they come in the task's thread alone").isEmpty();
    assertThat(mailbox.tryYield()).isTrue();
    assertThat(taken).containsExactly(news(1), news(2));
    assertThat(mailbox.tryYield()).isFalse();
  }

  @Test
  void newsAfterTheirTaker_comeTogether_andLaterOnesToo() {
    channel.take(mailbox, taken::add);
    assertThat(mailbox.tryYield()).as("nothing to take").isFalse();
    channel.offer(news(1));
    channel.offer(news(2));
    channel.offer(news(3));

    assertThat(mailbox.tryYield()).isTrue();
    assertThat(taken).containsExactly(news(1), news(2), news(3));
    assertThat(mailbox.tryYield()).as("one letter for all of them").isFalse();

    channel.offer(news(4));
    assertThat(mailbox.tryYield()).isTrue();
    assertThat(taken).containsExactly(news(1), news(2), news(3), news(4));
  }

  @Test
  void newsThatAreOfferedWhileOthersAreTaken_comeAfterThem() {
    channel.take(
        mailbox,
        each -> {
          taken.add(each);
          if (taken.size() == 1) {
            channel.offer(news(3));
          }
        });
    channel.offer(news(1));
    channel.offer(news(2));
    while (mailbox.tryYield()) {
      assertThat(taken).isNotEmpty();
    }

    assertThat(taken).containsExactly(news(1), news(2), news(3));
  }

  @Test
  void newsOfAnotherThread_areTakenInThatOfTheTask_eachOnce() throws Exception {
    int count = 1_000;
    List<Thread> takers = new ArrayList<>();
    channel.take(
        mailbox,
        each -> {
          taken.add(each);
          takers.add(Thread.currentThread());
        });
    Thread giver =
        new Thread(
            () -> {
              for (int i = 0; i < count; i++) {
                channel.offer(news(i));
              }
            });
    giver.start();
    while (taken.size() < count) {
      mailbox.yield();
    }
    giver.join();

    assertThat(mailbox.tryYield()).isFalse();
    assertThat(taken).extracting(LogNews::at).isSorted().doesNotHaveDuplicates().hasSize(count);
    assertThat(takers).containsOnly(Thread.currentThread());
  }

  @Test
  void taker_thatFails_failsItsTask() {
    channel.take(
        mailbox,
        each -> {
          throw new IOException("no room for " + each.at());
        });
    channel.offer(news(7));

    assertThatThrownBy(() -> mailbox.tryYield()).hasStackTraceContaining("no room for 7");
  }

  @Test
  void name_isThatOfOneChannel_untilItIsClosed() {
    assertThat(NewsChannel.of(NAME)).isSameAs(channel);
    assertThat(NewsChannel.of("job slot 1 0")).isNotSameAs(channel);
    NewsChannel.of("job slot 1 0").close();

    channel.offer(news(1));
    channel.close();
    NewsChannel next = NewsChannel.of(NAME);
    assertThat(next).isNotSameAs(channel);
    channel.close();
    assertThat(NewsChannel.of(NAME)).as("a channel closes itself alone").isSameAs(next);
    next.take(mailbox, taken::add);
    assertThat(mailbox.tryYield())
        .as("what was before is in the state of the other task")
        .isFalse();
    next.close();
  }
}
