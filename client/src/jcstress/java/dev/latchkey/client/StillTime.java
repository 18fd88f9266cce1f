package dev.latchkey.client;

import java.time.Instant;

/** Time that stands, and keeps nothing of what is planned: one is made for each try of a race. */
final class StillTime implements Scheduler {
  @Override
  public long nanos() {
    return 0;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public void schedule(Runnable task, long delayNanos) {}

  @Override
  public void pause(long nanos) {}

  @Override
  public void close() {}
}
