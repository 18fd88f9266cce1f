package dev.latchkey.client;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes when it is told to, or when somebody pauses. What is planned runs on the thread
 * that lets time pass.
 */
final class FakeScheduler implements Scheduler {
  private record Planned(long at, long number, Runnable task) {}

  /** Every pause that was made, in order. */
  final List<Duration> pauses = new CopyOnWriteArrayList<>();

  private final AtomicLong nanos;
  private final PriorityQueue<Planned> planned =
      new PriorityQueue<>(Comparator.comparingLong(Planned::at).thenComparingLong(Planned::number));
  private volatile Instant wall = Instant.parse("2026-03-01T12:00:00Z");
  private long number;
  private boolean closed;

  FakeScheduler() {
    this(1_000_000_000L);
  }

  FakeScheduler(long nanos) {
    this.nanos = new AtomicLong(nanos);
  }

  /** Lets time pass without running what is due in it. */
  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
    wall = wall.plus(time);
  }

  /** Sets the clock on the wall, and no other. */
  void setWall(Instant wall) {
    this.wall = wall;
  }

  void setNanos(long nanos) {
    this.nanos.set(nanos);
  }

  /** Lets time pass, and runs what is due in it when it is. */
  void advance(Duration time) {
    long end = nanos() + time.toNanos();
    for (Planned next = next(end); next != null; next = next(end)) {
      pass(Duration.ofNanos(Math.max(0, next.at - nanos())));
      next.task.run();
    }
    pass(Duration.ofNanos(Math.max(0, end - nanos())));
  }

  private synchronized @Nullable Planned next(long end) {
    Planned next = planned.peek();
    return next != null && next.at - end <= 0 ? planned.poll() : null;
  }

  /** Returns how long from now what is planned is due, the first first. */
  synchronized List<Duration> due() {
    List<Duration> due = new ArrayList<>();
    planned.stream()
        .sorted(planned.comparator())
        .forEach(each -> due.add(Duration.ofNanos(each.at - nanos())));
    return due;
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public Instant now() {
    return wall;
  }

  @Override
  public synchronized void schedule(Runnable task, long delayNanos) {
    if (!closed) {
      planned.add(new Planned(nanos() + delayNanos, number++, task));
    }
  }

  @Override
  public void pause(long nanos) throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    pauses.add(Duration.ofNanos(nanos));
    pass(Duration.ofNanos(nanos));
  }

  @Override
  public synchronized void close() {
    closed = true;
    planned.clear();
  }
}
