package dev.latchkey.client;

import dev.latchkey.Registration;
import dev.latchkey.SecretRef;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is to be told of another value, by reference. */
final class Rotations {
  private final Map<SecretRef, List<Listening>> listening = new ConcurrentHashMap<>();
  private final Executor executor;

  /**
   * Makes an empty registry.
   *
   * @param executor runs the listeners
   */
  Rotations(Executor executor) {
    this.executor = executor;
  }

  /**
   * Registers a listener.
   *
   * @param version the version that is held now, or 0
   */
  Registration add(SecretRef ref, long version, Runnable listener) {
    var added = new Listening(ref, version, listener);
    listening.compute(
        ref,
        (r, all) -> {
          List<Listening> list = all == null ? new CopyOnWriteArrayList<>() : all;
          list.add(added);
          return list;
        });
    return added;
  }

  /** Returns the references that somebody listens for. */
  Set<SecretRef> refs() {
    return listening.keySet();
  }

  /** Takes note of the version of a reference that is served from now on. */
  void arrived(SecretRef ref, long version) {
    for (Listening each : listening.getOrDefault(ref, List.of())) {
      each.arrived(version);
    }
  }

  /** One registration: turns versions into calls, one at a time and in order. */
  private final class Listening implements Registration {
    private final SecretRef ref;
    private final Runnable listener;
    private final AtomicInteger pending = new AtomicInteger();
    private long seen;
    private volatile boolean closed;

    Listening(SecretRef ref, long seen, Runnable listener) {
      this.ref = ref;
      this.seen = seen;
      this.listener = listener;
    }

    /** The first version is no rotation. */
    synchronized void arrived(long version) {
      boolean rotated = seen != 0 && seen != version;
      seen = version;
      if (rotated && pending.getAndIncrement() == 0) {
        try {
          executor.execute(this::call);
        } catch (RejectedExecutionException e) {
          closed = true; // So is the client.
        }
      }
    }

    private void call() {
      do {
        try {
          if (!closed) {
            listener.run();
          }
        } catch (RuntimeException | Error e) {
          // Its message is not ours, and may hold the value that the listener was given.
          System.getLogger(Rotations.class.getName())
              .log(
                  System.Logger.Level.WARNING,
                  "A rotation listener threw {0}.",
                  e.getClass().getName());
        }
      } while (pending.decrementAndGet() > 0);
    }

    @Override
    public void close() {
      closed = true;
      listening.computeIfPresent(
          ref,
          (r, all) -> {
            all.remove(this);
            return all.isEmpty() ? null : all;
          });
    }
  }
}
