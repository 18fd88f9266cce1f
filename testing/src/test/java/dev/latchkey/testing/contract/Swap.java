package dev.latchkey.testing.contract;

import java.util.concurrent.Exchanger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Confuses threads that are in one place at once, as an implementation does that shares a field.
 */
final class Swap<T> {
  private static final long PATIENCE_MILLIS = 200;

  private final Exchanger<T> exchanger = new Exchanger<>();

  /** Returns what another thread has, if one comes in time, and else what this one has. */
  T swap(T mine) {
    try {
      return exchanger.exchange(mine, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return mine;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return mine;
    }
  }
}
