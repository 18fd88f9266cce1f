package dev.latchkey.testing.service;

import java.time.Duration;

/** How much a client may ask of a service, and how slowly. */
record Limits(int bodyBytes, int headerBytes, Duration body, Duration idle, int connections) {
  static final Limits DEFAULT =
      new Limits(2 << 20, 16 << 10, Duration.ofSeconds(10), Duration.ofSeconds(30), 4_096);

  /** As much as the names of a whole request need. */
  private static final int READ_BYTES = 64 << 10;

  /** A login is read before it is known who sends it. */
  private static final int LOGIN_BYTES = 4 << 10;

  /** Returns the limits of one kind of request. */
  Limits of(Route.Call call) {
    return switch (call) {
      case READ -> withBody(READ_BYTES);
      case LOG_IN -> withBody(LOGIN_BYTES);
      default -> this;
    };
  }

  private Limits withBody(int bytes) {
    return new Limits(Math.min(bytes, bodyBytes), headerBytes, body, idle, connections);
  }
}
