package dev.latchkey;

/** A listener's stay with what it listens to. Thread-safe. */
@FunctionalInterface
public interface Registration extends AutoCloseable {
  /** Ends the stay: no call begins afterwards. Closing twice does nothing. */
  @Override
  void close();
}
