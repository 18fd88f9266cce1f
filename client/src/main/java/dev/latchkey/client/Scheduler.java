package dev.latchkey.client;

import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;

/** Time, as a client knows it: what it measures, waits for and plans by. Thread-safe. */
interface Scheduler extends AutoCloseable {
  /**
   * Returns a number of nanoseconds that only goes forward, whatever is done to the clock on the
   * wall. Only differences mean anything.
   */
  long nanos();

  /** Returns the time on the wall, for what outlives the process. */
  Instant now();

  /** Returns a random time between half of the given one and all of it. */
  static long jitter(long nanos) {
    return nanos - (long) (nanos / 2.0 * ThreadLocalRandom.current().nextDouble());
  }

  /** Runs a task later, once, on a thread that waits for nothing; never if closed before. */
  void schedule(Runnable task, long delayNanos);

  /** Lets time pass on this thread. */
  void pause(long nanos) throws InterruptedException;

  @Override
  void close();
}
