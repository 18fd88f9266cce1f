package dev.latchkey.client;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells a listener of changes, one after the other and in their order. What changes is noted under
 * the lock of what changed, and told by whichever thread comes next without one: a listener that
 * hangs holds up the thread that tells it, and no change. Thread-safe.
 */
final class Notices {
  private final SecretsListener listener;
  private final Queue<Consumer<SecretsListener>> noted = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean telling = new AtomicBoolean();

  Notices(SecretsListener listener) {
    this.listener = listener;
  }

  /** Notes a change, for {@link #tell} to tell. May be called under a lock. */
  void note(Consumer<SecretsListener> notice) {
    noted.add(notice);
  }

  /** Tells what is noted, unless another thread does already. Not called under a lock. */
  void tell() {
    while (!noted.isEmpty() && telling.compareAndSet(false, true)) {
      try {
        for (Consumer<SecretsListener> notice; (notice = noted.poll()) != null; ) {
          notice.accept(listener);
        }
      } finally {
        telling.set(false);
      }
    }
  }

  /** Notes a change and tells it. Not called under a lock. */
  void tell(Consumer<SecretsListener> notice) {
    note(notice);
    tell();
  }
}
