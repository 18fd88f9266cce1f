package dev.latchkey.testing.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.latchkey.Registration;
import dev.latchkey.SecretName;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.SecretValueException;
import dev.latchkey.spi.SecretResolver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A sound resolver of what is put into it, whose defects are overridden methods. */
class MemoryResolver implements SecretResolver {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The versions of each name, of which the first is number 1. */
  final Map<SecretName, List<byte[]>> versions = new HashMap<>();

  final Map<SecretRef, Held> held = new HashMap<>();
  final List<Listening> listening = new CopyOnWriteArrayList<>();
  boolean closed;

  record Held(long version, long nanos) {}

  /** One registration, with a thread of its own, so that its calls are one at a time. */
  static class Listening implements Registration {
    final SecretRef ref;
    final Runnable listener;
    private final ExecutorService thread = Executors.newSingleThreadExecutor();

    Listening(SecretRef ref, Runnable listener) {
      this.ref = ref;
      this.listener = listener;
    }

    void tell() {
      if (!thread.isShutdown()) {
        thread.execute(this::call);
      }
    }

    final void call() {
      try {
        listener.run();
      } catch (RuntimeException | Error e) {
        // It harms no other listener.
      }
    }

    @Override
    public void close() {
      thread.shutdown();
    }
  }

  /** Tells the suite what to look for. */
  Set<ResolverExtra> lacking() {
    return Set.of();
  }

  void put(SecretName name, byte[] value) {
    boolean rotated;
    synchronized (this) {
      List<byte[]> all = versions.computeIfAbsent(name, n -> new ArrayList<>());
      all.add(value.clone());
      rotated = all.size() > 1;
    }
    if (rotated) {
      tell(name);
    }
  }

  void tell(SecretName name) {
    for (Listening each : listening) {
      if (concerns(each.ref, name)) {
        each.tell();
      }
    }
  }

  boolean concerns(SecretRef ref, SecretName rotated) {
    return ref.name().equals(rotated) && ref.version().isEmpty();
  }

  @Override
  public SecretValue resolve(SecretRef ref) {
    synchronized (this) {
      enter();
      List<byte[]> all = versions.getOrDefault(ref.name(), List.of());
      long version = ref.version().orElse(all.size());
      if (version == 0 || version > all.size()) {
        throw missing(ref);
      }
      byte[] value = field(ref, all.get((int) version - 1));
      hold(ref.asRequired(), new Held(version, System.nanoTime()));
      return SecretValue.copyOf(value);
    }
  }

  void enter() {
    if (closed) {
      throw new SecretUnavailableException("The resolver is closed.", "Make another.");
    }
  }

  SecretNotFoundException missing(SecretRef ref) {
    return new SecretNotFoundException("No secret named '" + ref.name() + "'.", "Create it.");
  }

  void hold(SecretRef ref, Held value) {
    held.put(ref, value);
  }

  byte[] field(SecretRef ref, byte[] value) {
    if (ref.field().isEmpty()) {
      return value;
    }
    try {
      JsonNode field = JSON.readTree(value).at(ref.field().get());
      if (!field.isMissingNode()) {
        return field.asText().getBytes(StandardCharsets.UTF_8);
      }
    } catch (IOException e) {
      // Not JSON: it has no field either.
    }
    throw noField(ref, value);
  }

  SecretValueException noField(SecretRef ref, byte[] value) {
    return new SecretValueException("'" + ref.name() + "' has no such field.", "Add it.");
  }

  @Override
  public synchronized SecretStatus status(SecretRef ref) {
    Held value = held.get(ref.asRequired());
    return value == null
        ? SecretStatus.NOT_LOADED
        : new SecretStatus(
            SecretStatus.State.FRESH,
            OptionalLong.of(value.version),
            Optional.of(Duration.ofNanos(System.nanoTime() - value.nanos)),
            Optional.empty());
  }

  @Override
  public Registration onRotation(SecretRef ref, Runnable listener) {
    return add(new Listening(ref, listener));
  }

  final Registration add(Listening added) {
    listening.add(added);
    return added;
  }

  @Override
  public synchronized void close() {
    closed = true;
    held.clear();
    listening.forEach(Listening::close);
  }
}
