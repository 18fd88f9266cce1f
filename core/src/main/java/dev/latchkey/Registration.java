package dev.latchkey;

/** A listener's stay with what it listens to. Thread-safe. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  /**
   * Ends the stay. A call that is under way goes on, and none follows it. Closing twice does
   * nothing.
   */
  @Override
  void close();
}
