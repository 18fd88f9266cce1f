package dev.latchkey.testing.service;

import java.time.Duration;

/** How much a client may ask of a service, and how slowly. */
record Limits(int bodyBytes, int headerBytes, Duration body, Duration idle, int connections) {
  static final Limits DEFAULT =
      new Limits(2 << 20, 16 << 10, Duration.ofSeconds(10), Duration.ofSeconds(30), 4_096);
}
