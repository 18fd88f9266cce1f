package dev.latchkey.client.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs what is due when it is told to, on the thread that tells it. */
final class FakeTimer implements Timer {
  private record Planned(Duration delay, Runnable task) {}

  private final List<Planned> planned = new ArrayList<>();

  /** Whether it was closed. */
  boolean closed;

  /** What a close interrupts as if this timer ran it. */
  @Nullable Thread interruptedAtClose;

  @Override
  public synchronized void after(Duration delay, Runnable task) {
    if (!closed) {
      planned.add(new Planned(delay, task));
    }
  }

  /** Runs the one task that is planned, and returns after what time it is due. */
  Duration runNext() {
    Planned next;
    synchronized (this) {
      if (planned.size() != 1) {
        throw new AssertionError("Planned are " + planned.size() + " tasks.");
      }
      next = planned.remove(0);
    }
    next.task.run();
    return next.delay;
  }

  synchronized int plannedTasks() {
    return planned.size();
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      planned.clear();
    }
    if (interruptedAtClose != null) {
      interruptedAtClose.interrupt();
    }
  }
}
