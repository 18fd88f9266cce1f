package dev.latchkey.client;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a client, all daemons. Listeners have their own, since one may wait for a request.
 */
final class ClientThreads implements AutoCloseable {
  private static final int MAX_REQUESTS = 4;
  private static final int IDLE_SECONDS = 10;

  /** Runs requests to the source. */
  final ExecutorService requests;

  /** Runs rotation listeners. */
  final ExecutorService listeners = Executors.newCachedThreadPool(named("latchkey-rotation"));

  /** Runs what is due by time, and nothing that waits. */
  final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(named("latchkey-timer"));

  ClientThreads() {
    var pool =
        new ThreadPoolExecutor(
            MAX_REQUESTS,
            MAX_REQUESTS,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            named("latchkey-request"));
    pool.allowCoreThreadTimeOut(true);
    requests = pool;
  }

  private static ThreadFactory named(String name) {
    return task -> {
      var thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    timer.shutdownNow();
    requests.shutdownNow();
    listeners.shutdownNow();
  }
}
