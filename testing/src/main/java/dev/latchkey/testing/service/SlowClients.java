package dev.latchkey.testing.service;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends connections that ask for nothing for a while, though a byte of a request's head may come now
 * and then: Jetty's own timer begins anew with each. Thread-safe.
 */
final class SlowClients implements Connection.Listener {
  private final Scheduler scheduler;
  private final Duration patience;

  SlowClients(Scheduler scheduler, Duration patience) {
    this.scheduler = scheduler;
    this.patience = patience;
  }

  @Override
  public void onOpened(Connection connection) {
    if (connection.getMessagesIn() >= 0) { // TLS counts none; what is inside it does.
      lookLater(connection, -1);
    }
  }

  /** Ends it if no request has come since, and none is being answered. */
  private void look(Connection connection, long seen) {
    long requests = connection.getMessagesIn();
    if (requests == seen && requests == connection.getMessagesOut()) {
      connection.getEndPoint().close();
    } else if (connection.getEndPoint().isOpen()) {
      lookLater(connection, requests);
    }
  }

  private void lookLater(Connection connection, long seen) {
    scheduler.schedule(() -> look(connection, seen), patience.toNanos(), TimeUnit.NANOSECONDS);
  }
}
