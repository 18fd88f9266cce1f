package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretRef;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Passes each call on to several listeners in turn, and keeps what one throws from the others. */
final class Listeners implements SecretsListener {
  private final List<SecretsListener> all;

  private Listeners(List<SecretsListener> all) {
    this.all = all;
  }

  /** Returns one for these listeners, after JDK Flight Recorder where the JVM has it. */
  static Listeners of(List<SecretsListener> listeners) {
    List<SecretsListener> all = new ArrayList<>();
    if (JfrListener.isPossible()) {
      all.add(new JfrListener());
    }
    all.addAll(listeners);
    return new Listeners(all);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Without a lambda: the first request is on the way to the first secret.
   */
  @Override
  public void fetched(FetchEvent event) {
    for (SecretsListener each : all) {
      try {
        each.fetched(event);
      } catch (RuntimeException | Error e) {
        warn(each, e);
      }
    }
  }

  @Override
  public void rotated(SecretRef ref, long from, long to) {
    tell(each -> each.rotated(ref, from, to));
  }

  @Override
  public void stale(SecretRef ref, SecretException failure) {
    tell(each -> each.stale(ref, failure));
  }

  @Override
  public void renewed(SecretRef ref) {
    tell(each -> each.renewed(ref));
  }

  @Override
  public void withdrawn(SecretRef ref, SecretException failure) {
    tell(each -> each.withdrawn(ref, failure));
  }

  @Override
  public void rollbackRefused(SecretName name, long version, long highest) {
    tell(each -> each.rollbackRefused(name, version, highest));
  }

  @Override
  public void breakerChanged(BreakerState from, BreakerState to) {
    tell(each -> each.breakerChanged(from, to));
  }

  private void tell(Consumer<SecretsListener> call) {
    for (SecretsListener each : all) {
      try {
        call.accept(each);
      } catch (RuntimeException | Error e) {
        warn(each, e);
      }
    }
  }

  /** The message of what was thrown is not ours, and may hold anything. */
  private static void warn(SecretsListener listener, Throwable thrown) {
    System.getLogger(Listeners.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "The listener {0} threw {1}.",
            listener.getClass().getName(),
            thrown.getClass().getName());
  }
}
