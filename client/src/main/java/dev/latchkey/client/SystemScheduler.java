package dev.latchkey.client;

import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The time of this machine, and one thread that plans by it. */
final class SystemScheduler implements Scheduler {
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, ClientThreads.named("latchkey-timer"));
  private final CountDownLatch closed = new CountDownLatch(1);

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public void schedule(Runnable task, long delayNanos) {
    try {
      ScheduledFuture<?> unused = timer.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // Closed meanwhile.
    }
  }

  /** Ends at once when this is closed. */
  @Override
  public void pause(long nanos) throws InterruptedException {
    if (closed.await(nanos, TimeUnit.NANOSECONDS)) {
      throw new InterruptedException();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    timer.shutdownNow();
  }
}
