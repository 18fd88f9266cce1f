package dev.latchkey;

import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * A listener to the rotation of one variable. A variable with several references has as many
 * registrations with the resolver; the calls they lead to are kept apart here.
 */
final class RotationListener implements Registration {
  private final Variable variable;
  private final Consumer<SecretValue> listener;
  private final Queue<Registration> registrations = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  RotationListener(Variable variable, Consumer<SecretValue> listener) {
    this.variable = variable;
    this.listener = listener;
  }

  /** Registers with the resolver, for all references or, if it throws, for none. */
  Registration register(Opener opener) {
    Set<SecretRef> refs = new LinkedHashSet<>();
    variable.refs().forEach(ref -> refs.add(ref.asRequired()));
    try {
      for (SecretRef ref : refs) {
        registrations.add(opener.resolver().onRotation(ref, this::changed));
      }
      return this;
    } catch (SecretException e) {
      close();
      throw e.of(variable.name);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private synchronized void changed() {
    if (closed) {
      return;
    }
    try (SecretValue value = variable.value()) {
      // Fetching takes its time, and a listener that was let go in it is not called any more.
      if (value != null && !closed) {
        listener.accept(value);
      }
    }
  }

  /** Needs no lock, so that a listener may end its own registration. */
  @Override
  public void close() {
    closed = true;
    registrations.forEach(Registration::close);
  }
}
