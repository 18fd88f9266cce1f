package dev.latchkey.client.cli;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Runs tasks later, each once, on a thread of its own that keeps no process alive. Thread-safe. */
interface Timer extends AutoCloseable {
  /** Runs a task after a time; never if closed before. */
  void after(Duration delay, Runnable task);

  /** Interrupts what runs. */
  @Override
  void close();

  /** The time of this machine. */
  final class OfThisMachine implements Timer {
    private final ScheduledThreadPoolExecutor thread =
        new ScheduledThreadPoolExecutor(1, OfThisMachine::newThread);

    private static Thread newThread(Runnable task) {
      var thread = new Thread(task, "latchkey-renewal");
      thread.setDaemon(true);
      return thread;
    }

    @Override
    public void after(Duration delay, Runnable task) {
      try {
        ScheduledFuture<?> unused = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        // Closed meanwhile.
      }
    }

    @Override
    public void close() {
      thread.shutdownNow();
    }
  }
}
