package dev.latchkey.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TimerTest {
  @Test
  void after_runsOnAThreadThatKeepsNoProcessAlive() throws Exception {
    try (Timer timer = new Timer.OfThisMachine()) {
      var ran = new CompletableFuture<Thread>();
      timer.after(Duration.ofMillis(1), () -> ran.complete(Thread.currentThread()));
      assertThat(ran.get(30, TimeUnit.SECONDS).isDaemon()).isTrue();
    }
  }

  @Test
  void close_interruptsWhatRunsAndDropsTheRest() throws Exception {
    var running = new CountDownLatch(1);
    var interrupted = new CompletableFuture<Boolean>();
    Timer timer = new Timer.OfThisMachine();
    timer.after(
        Duration.ZERO,
        () -> {
          running.countDown();
          try {
            interrupted.complete(new CountDownLatch(1).await(30, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            timer.after(Duration.ZERO, () -> interrupted.complete(false));
            interrupted.complete(true);
          }
        });
    assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

    timer.close();
    timer.close();

    assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
  }
}
