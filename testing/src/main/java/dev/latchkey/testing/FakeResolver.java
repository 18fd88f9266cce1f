package dev.latchkey.testing;

import dev.latchkey.Registration;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SecretResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;

/** Resolves the newest values that were put into it. */
final class FakeResolver implements SecretResolver {
  private final Map<SecretName, List<SecretValue>> versions = new HashMap<>();
  private final List<Listening> listening = new CopyOnWriteArrayList<>();
  private boolean closed;

  private record Listening(SecretRef ref, Runnable listener) {}

  /** Adds a version, and calls those who listen for it unless it is the first. */
  void put(SecretName name, SecretValue value) {
    boolean rotated;
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("The fake secrets are closed.");
      }
      List<SecretValue> all = versions.computeIfAbsent(name, n -> new ArrayList<>());
      all.add(value);
      rotated = all.size() > 1;
    }
    if (rotated) {
      call(name);
    }
  }

  private void call(SecretName name) {
    RuntimeException thrown = null;
    for (Listening each : listening) {
      if (each.ref.name().equals(name)) {
        try {
          each.listener.run();
        } catch (RuntimeException e) {
          if (thrown == null) {
            thrown = e;
          } else if (!e.equals(thrown)) {
            thrown.addSuppressed(e);
          }
        }
      }
    }
    if (thrown != null) {
      throw thrown;
    }
  }

  @Override
  public synchronized SecretValue resolve(SecretRef ref) {
    if (closed) {
      throw new SecretUnavailableException("The fake secrets are closed.", "Close them later.");
    }
    List<SecretValue> all = versions.getOrDefault(ref.name(), List.of());
    if (all.isEmpty()) {
      throw new SecretNotFoundException(
          "No fake secret named '" + ref.name() + "'.", "Add it to the fakes of this test.");
    }
    return SecretValue.copyOf(all.get(all.size() - 1).bytes());
  }

  @Override
  public synchronized SecretStatus status(SecretRef ref) {
    int version = versions.getOrDefault(ref.name(), List.of()).size();
    return version == 0
        ? SecretStatus.NOT_LOADED
        : new SecretStatus(
            SecretStatus.State.FRESH,
            OptionalLong.of(version),
            Optional.of(Duration.ZERO),
            Optional.empty());
  }

  @Override
  public Registration onRotation(SecretRef ref, Runnable listener) {
    var added = new Listening(ref.asRequired(), listener);
    listening.add(added);
    return () -> listening.remove(added);
  }

  @Override
  public synchronized void close() {
    closed = true;
    versions.values().forEach(all -> all.forEach(SecretValue::close));
  }
}
