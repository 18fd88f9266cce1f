package dev.latchkey.client;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A client's time, and each pause in it. */
final class RecordedPauses implements Scheduler {
  final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final Scheduler time;

  RecordedPauses(Scheduler time) {
    this.time = time;
  }

  @Override
  public long nanos() {
    return time.nanos();
  }

  @Override
  public Instant now() {
    return time.now();
  }

  @Override
  public void schedule(Runnable task, long delayNanos) {
    time.schedule(task, delayNanos);
  }

  @Override
  public void pause(long nanos) throws InterruptedException {
    pauses.add(Duration.ofNanos(nanos));
    time.pause(nanos);
  }

  @Override
  public void close() {
    time.close();
  }
}
