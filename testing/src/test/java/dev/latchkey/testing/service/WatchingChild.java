package dev.latchkey.testing.service;

import dev.latchkey.Secrets;

/** An app that reads a secret by itself, and tells when it is rotated, until its input ends. */
final class WatchingChild {
  private WatchingChild() {}

  public static void main(String[] args) throws Exception {
    Secrets.onRotation(args[0], value -> tell("told " + value.reveal()));
    tell("read " + Secrets.get(args[0]) + " from " + System.getenv(args[0]));
    tell("key " + System.getenv("LATCHKEY_ADMIN_KEY_FILE"));
    int unused = System.in.read();
  }

  private static synchronized void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
