package dev.latchkey.testing.service;

import java.time.Duration;

/** How much a client may ask of a service, and how slowly. */
record Limits(int bodyBytes, int headerBytes, Duration body, Duration idle, int connections) {
  static final Limits DEFAULT =
      new Limits(2 << 20, 16 << 10, Duration.ofSeconds(10), Duration.ofSeconds(30), 4_096);

  /** As much as the names of a whole request need. */
  private static final int READ_BYTES = 64 << 10;

  /** Returns the limits of one kind of request; a process sends names alone. */
  Limits of(Route.Call call) {
    return call == Route.Call.READ
        ? new Limits(Math.min(READ_BYTES, bodyBytes), headerBytes, body, idle, connections)
        : this;
  }
}
