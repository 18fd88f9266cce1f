package dev.latchkey;

import dev.latchkey.spi.SecretResolver;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** Secrets in memory, that change and fail as a test says. Every read and value is recorded. */
final class FakeResolver implements SecretResolver {
  private final Map<SecretRef, byte[]> secrets = new HashMap<>();
  private final Map<SecretRef, SecretException> failures = new HashMap<>();
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  final List<SecretRef> resolved = new ArrayList<>();
  final List<SecretRef> viewed = new ArrayList<>();
  final List<Collection<SecretRef>> prefetched = new ArrayList<>();
  final List<SecretValue> handedOut = new ArrayList<>();
  final List<RuntimeException> thrownByListeners = new ArrayList<>();
  int closes;
  Runnable beforeResolving = () -> {};

  private record Listener(SecretRef ref, Runnable listener) {}

  FakeResolver with(String shortRef, String value) {
    return with(shortRef, value.getBytes(StandardCharsets.UTF_8));
  }

  synchronized FakeResolver with(String shortRef, byte[] value) {
    secrets.put(SecretRef.parseShort(shortRef), value);
    return this;
  }

  FakeResolver failing(String shortRef, SecretException failure) {
    failures.put(SecretRef.parseShort(shortRef), failure);
    return this;
  }

  void rotate(String shortRef, String value) {
    with(shortRef, value);
    announce(shortRef);
  }

  void remove(String shortRef) {
    secrets.remove(SecretRef.parseShort(shortRef));
    announce(shortRef);
  }

  private void announce(String shortRef) {
    SecretRef ref = SecretRef.parseShort(shortRef);
    for (Listener listener : listeners) {
      if (listener.ref.equals(ref)) {
        try {
          listener.listener.run();
        } catch (RuntimeException e) {
          thrownByListeners.add(e);
        }
      }
    }
  }

  int listeners() {
    return listeners.size();
  }

  @Override
  public synchronized SecretValue resolve(SecretRef ref) {
    resolved.add(ref);
    beforeResolving.run();
    SecretException failure = failures.get(ref);
    if (failure != null) {
      throw failure.withProblem(failure.problem());
    }
    byte[] secret = secrets.get(ref);
    if (secret == null) {
      throw new SecretNotFoundException("No secret named '" + ref.name() + "'.", "Create it.");
    }
    SecretValue value = SecretValue.copyOf(secret);
    handedOut.add(value);
    return value;
  }

  @Override
  public Supplier<String> text(SecretRef ref) {
    viewed.add(ref);
    return SecretResolver.super.text(ref);
  }

  @Override
  public Map<SecretRef, SecretException> prefetch(Collection<SecretRef> refs) {
    prefetched.add(List.copyOf(refs));
    return new LinkedHashMap<>(SecretResolver.super.prefetch(refs));
  }

  @Override
  public SecretStatus status(SecretRef ref) {
    return secrets.containsKey(ref)
        ? new SecretStatus(
            SecretStatus.State.FRESH,
            OptionalLong.of(3),
            Optional.of(Duration.ofMillis(12_900)),
            Optional.empty())
        : SecretStatus.NOT_LOADED;
  }

  @Override
  public Registration onRotation(SecretRef ref, Runnable listener) {
    SecretException failure = failures.get(ref);
    if (failure != null) {
      throw failure.withProblem(failure.problem());
    }
    var entry = new Listener(ref, listener);
    listeners.add(entry);
    return () -> listeners.remove(entry);
  }

  @Override
  public void close() {
    closes++;
  }
}
