package dev.latchkey.client;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads of a client, all daemons. Listeners have their own, since one may wait for a request;
 * so has the watch, which waits for the source most of the time.
 */
final class ClientThreads implements AutoCloseable {
  private static final int MAX_REQUESTS = 4;
  private static final int IDLE_SECONDS = 10;

  /** Runs requests to the source. */
  final ExecutorService requests = pool(MAX_REQUESTS, "latchkey-request");

  /** Runs the watch. */
  final ExecutorService watch = pool(1, "latchkey-watch");

  /** Runs rotation listeners. */
  final ExecutorService listeners = Executors.newCachedThreadPool(named("latchkey-rotation"));

  /** Returns threads that end when they have been idle for a while. */
  static ExecutorService pool(int size, String name) {
    var pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), named(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  static ThreadFactory named(String name) {
    return task -> {
      var thread = new Thread(task, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  @Override
  public void close() {
    watch.shutdownNow();
    requests.shutdownNow();
    listeners.shutdownNow();
  }
}
