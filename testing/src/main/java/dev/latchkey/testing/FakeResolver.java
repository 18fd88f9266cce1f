package dev.latchkey.testing;

import dev.latchkey.Registration;
import dev.latchkey.SecretBinding;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretStatus;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValue;
import dev.latchkey.spi.SecretResolver;
import dev.latchkey.spi.Suggestions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** Resolves the fake secrets of a test, at the time of a clock that moves only when it is told. */
final class FakeResolver implements SecretResolver {
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  private final Map<String, FakeSecretState> secrets = new LinkedHashMap<>();
  private final List<Listening> listening = new CopyOnWriteArrayList<>();
  private final List<BiConsumer<String, byte[]>> watchers = new ArrayList<>();
  private long now;
  private int waiting;
  private boolean closed;

  /** One registration, equal to no other, though its listener and reference be the same. */
  private static final class Listening {
    private final SecretRef ref;
    private final Runnable listener;

    Listening(SecretRef ref, Runnable listener) {
      this.ref = ref;
      this.listener = listener;
    }

    /** Calls the listener, one call at a time. */
    synchronized void call() {
      listener.run();
    }
  }

  synchronized void add(SecretBinding binding, SecretValue value) {
    requireOpen();
    if (secrets.containsKey(binding.variable())) {
      throw new IllegalStateException(binding.variable() + " has a fake value already.");
    }
    for (FakeSecretState each : secrets.values()) {
      if (each.isFor(binding.ref())) {
        throw new IllegalStateException(
            binding.variable()
                + " and "
                + each.binding.variable()
                + " are both bound to "
                + binding.ref()
                + ": give each a name, version or field of its own.");
      }
    }
    tell(binding.variable(), value);
    secrets.put(binding.variable(), new FakeSecretState(binding, value));
  }

  /** Tells of all values, those to come before anybody can read them. */
  synchronized void watchValues(BiConsumer<String, byte[]> watcher) {
    requireOpen();
    secrets.forEach(
        (variable, secret) ->
            secret.versions().forEach(value -> watcher.accept(variable, value.bytes())));
    watchers.add(watcher);
  }

  private void tell(String variable, SecretValue value) {
    watchers.forEach(watcher -> watcher.accept(variable, value.bytes()));
  }

  /** Gives a secret a new value, and calls the listeners once it has arrived. */
  void rotate(String variable, SecretValue next) {
    change(
        variable,
        (secret, now) -> {
          tell(variable, next);
          secret.add(next, now);
        });
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The fake secrets are closed.");
    }
  }

  /** Returns what is bound, by variable, in the order in which it was added. */
  synchronized Map<String, SecretBinding> bindings() {
    Map<String, SecretBinding> bindings = new LinkedHashMap<>();
    secrets.forEach((variable, secret) -> bindings.put(variable, secret.binding));
    return bindings;
  }

  /** Changes a secret, and calls the listeners of all that have another value then. */
  void change(String variable, BiConsumer<FakeSecretState, Long> change) {
    synchronized (this) {
      requireOpen();
      FakeSecretState secret = secrets.get(variable);
      if (secret == null) {
        throw new IllegalStateException(
            variable
                + " has no fake value here."
                + Suggestions.nearest(variable, secrets.keySet())
                    .map(name -> " Nearest name: " + name + ".")
                    .orElse(""));
      }
      change.accept(secret, now);
    }
    deliver();
  }

  void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("The clock does not go back.");
    }
    synchronized (this) {
      requireOpen();
      now = Math.addExact(now, time.toNanos());
    }
    deliver();
  }

  private void deliver() {
    List<SecretRef> arrived = new ArrayList<>();
    synchronized (this) {
      for (FakeSecretState each : secrets.values()) {
        if (each.arrive(now)) {
          arrived.add(each.binding.ref().asRequired());
        }
      }
      notifyAll();
    }
    List<Throwable> thrown = new ArrayList<>();
    for (Listening each : listening) {
      // One that was called before may have ended it, or closed the fakes.
      if (arrived.contains(each.ref) && listening.contains(each)) {
        try {
          each.call();
        } catch (RuntimeException | Error e) {
          thrown.add(e);
        }
      }
    }
    rethrow(thrown);
  }

  private static void rethrow(List<Throwable> thrown) {
    if (thrown.isEmpty()) {
      return;
    }
    Throwable first = thrown.get(0);
    thrown.stream().filter(each -> each != first).forEach(first::addSuppressed);
    if (first instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) first;
  }

  @Override
  public synchronized SecretValue resolve(SecretRef ref) {
    if (closed) {
      throw closed();
    }
    FakeSecretState secret = find(ref).orElseThrow(() -> unknown(ref));
    long asked = now;
    waiting++;
    notifyAll();
    try {
      long start = System.nanoTime();
      while (!closed && now - asked < Math.min(secret.delay(), FakeSecrets.TIMEOUT.toNanos())) {
        await(start, "A read of " + secret.binding.variable() + " is delayed, and");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException(
          "Interrupted while waiting for a fake secret.", "Interrupt the reader later.");
    } finally {
      waiting--;
    }
    if (closed) {
      throw closed();
    }
    if (secret.delay() > FakeSecrets.TIMEOUT.toNanos()) {
      throw secret.timedOut();
    }
    return secret.read(now);
  }

  private static SecretUnavailableException closed() {
    return new SecretUnavailableException("The fake secrets are closed.", "Close them later.");
  }

  private void await(long start, String what) throws InterruptedException {
    long left = PATIENCE - (System.nanoTime() - start);
    if (left <= 0) {
      throw new IllegalStateException(
          what
              + " nothing happened for 10 s of real time: the test's clock moves only by"
              + " FakeSecrets.advance, called on another thread than the one that waits.");
    }
    TimeUnit.NANOSECONDS.timedWait(this, left);
  }

  /** Waits until as many reads as given are held up. */
  synchronized void awaitReads(int reads) throws InterruptedException {
    long start = System.nanoTime();
    while (waiting < reads) {
      await(start, "Of " + reads + " reads " + waiting + " are held up, and");
    }
  }

  private Optional<FakeSecretState> find(SecretRef ref) {
    return secrets.values().stream().filter(each -> each.isFor(ref)).findFirst();
  }

  private SecretNotFoundException unknown(SecretRef ref) {
    return new SecretNotFoundException(
        "No fake secret named '" + ref.name() + "'.", "Add it to the fakes of this test.");
  }

  /** Returns what a process that is started by value has in its variables. */
  synchronized Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    secrets.forEach(
        (variable, secret) -> secret.variable().ifPresent(text -> values.put(variable, text)));
    return values;
  }

  @Override
  public synchronized SecretStatus status(SecretRef ref) {
    return find(ref).map(secret -> secret.status(now)).orElse(SecretStatus.NOT_LOADED);
  }

  @Override
  public Registration onRotation(SecretRef ref, Runnable listener) {
    var added = new Listening(ref.asRequired(), Objects.requireNonNull(listener));
    listening.add(added);
    return () -> listening.remove(added);
  }

  @Override
  public synchronized void close() {
    closed = true;
    listening.clear();
    notifyAll();
    secrets.values().forEach(FakeSecretState::wipe);
  }
}
