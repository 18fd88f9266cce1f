package dev.latchkey.client;

import dev.latchkey.SecretException;
import dev.latchkey.SecretRef;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fetches what is missing. However many threads miss a reference, it is asked for once and all get
 * the one outcome; and whatever is missed while requests are under way goes into the next request
 * together.
 *
 * <p>Requests run on the executor's threads, so that an interrupted caller leaves the others' fetch
 * alone. A value is published before its fetch is over, and a miss looks once more after it has
 * announced itself: between the two no second request can slip.
 */
final class Fetcher {
  /** What a fetch that a bug cut short ends with, so that nobody waits for it. */
  private static final Outcome.Failure BROKEN =
      new Outcome.Failure(
          new SecretUnavailableException(
              "The fetch ended with an error of the client's own.", "Report it."),
          0,
          0);

  private final Function<Map<SecretRef, Long>, Map<SecretRef, Outcome>> load;
  private final Function<SecretRef, @Nullable Outcome> usable;
  private final BiConsumer<SecretRef, Outcome> accept;
  private final Executor executor;
  private final Duration patience;

  private final Map<SecretRef, CompletableFuture<Outcome>> underWay = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<SecretRef> waiting = new ConcurrentLinkedQueue<>();
  private volatile boolean closed;

  /**
   * Makes a fetcher.
   *
   * @param load asks the source
   * @param usable looks up what is at hand
   * @param accept puts what was loaded where {@code usable} finds it
   * @param executor runs the requests
   * @param patience how long a caller waits at most
   */
  Fetcher(
      Function<Map<SecretRef, Long>, Map<SecretRef, Outcome>> load,
      Function<SecretRef, @Nullable Outcome> usable,
      BiConsumer<SecretRef, Outcome> accept,
      Executor executor,
      Duration patience) {
    this.load = load;
    this.usable = usable;
    this.accept = accept;
    this.executor = executor;
    this.patience = patience;
  }

  /** Returns the value of a reference, after a request if need be; throws its failure. */
  Outcome.Value fetch(SecretRef ref) {
    long start = System.nanoTime();
    CompletableFuture<Outcome> outcome = announce(ref);
    startNext();
    return await(ref, outcome, start);
  }

  /** Fetches what is missing of the references, and returns the failures. */
  Map<SecretRef, SecretException> fetchAll(Collection<SecretRef> refs) {
    long start = System.nanoTime();
    Map<SecretRef, CompletableFuture<Outcome>> outcomes = new LinkedHashMap<>();
    refs.forEach(ref -> outcomes.put(ref, announce(ref)));
    startNext();
    Map<SecretRef, SecretException> failures = new LinkedHashMap<>();
    outcomes.forEach(
        (ref, outcome) -> {
          try {
            await(ref, outcome, start);
          } catch (SecretException e) {
            failures.put(ref, e);
          }
        });
    return failures;
  }

  /** Begins to fetch a reference without waiting for it. */
  void start(SecretRef ref) {
    CompletableFuture<Outcome> unused = announce(ref);
    startNext();
  }

  /** Ends all waits; nothing is fetched any more. */
  void close() {
    closed = true;
    waiting.clear();
    underWay.values().forEach(outcome -> outcome.completeExceptionally(closed()));
  }

  static SecretUnavailableException closed() {
    return new SecretUnavailableException(
        "The secrets client is closed.", "Make another, or close it later.");
  }

  private CompletableFuture<Outcome> announce(SecretRef ref) {
    var mine = new CompletableFuture<Outcome>();
    CompletableFuture<Outcome> others = underWay.putIfAbsent(ref, mine);
    if (others != null) {
      return others;
    }
    Outcome found = usable.apply(ref);
    if (closed) {
      mine.completeExceptionally(closed());
    } else if (found == null) {
      waiting.add(ref);
    } else {
      finish(ref, mine, found);
    }
    return mine;
  }

  private void finish(SecretRef ref, @Nullable CompletableFuture<Outcome> outcome, Outcome held) {
    if (outcome != null) {
      underWay.remove(ref, outcome);
      outcome.complete(held);
    }
  }

  private void startNext() {
    try {
      executor.execute(this::next);
    } catch (RejectedExecutionException e) {
      close();
    }
  }

  /** Asks for what is waiting, up to the most that one request can hold. */
  private void next() {
    Map<SecretRef, Long> batch = new LinkedHashMap<>();
    for (SecretRef ref;
        batch.size() < FetchRequest.MAX_QUERIES && (ref = waiting.poll()) != null; ) {
      batch.put(ref, 0L);
    }
    if (batch.isEmpty()) {
      return;
    }
    if (!waiting.isEmpty()) {
      startNext();
    }
    Map<SecretRef, Outcome> loaded = Map.of();
    try {
      loaded = load.apply(batch);
    } catch (RuntimeException | Error e) {
      log(e);
    }
    for (SecretRef ref : batch.keySet()) {
      finish(ref, underWay.get(ref), published(ref, loaded.get(ref)));
    }
  }

  /** Publishes an outcome and returns it; whatever happens, those who wait for it get one. */
  private Outcome published(SecretRef ref, @Nullable Outcome outcome) {
    if (outcome != null) {
      try {
        accept.accept(ref, outcome);
        return outcome;
      } catch (RuntimeException | Error e) {
        log(e);
      }
    }
    return BROKEN;
  }

  /** Its message is not ours and may hold anything. */
  private static void log(Throwable e) {
    System.getLogger(Fetcher.class.getName())
        .log(System.Logger.Level.ERROR, "A fetch failed with {0}.", e.getClass().getName());
  }

  /** Waits until the patience is over, which is counted from the start of the call. */
  private Outcome.Value await(SecretRef ref, CompletableFuture<Outcome> future, long start) {
    Outcome outcome;
    try {
      long left = patience.toNanos() - (System.nanoTime() - start);
      outcome = future.get(left, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SecretUnavailableException(
          "The thread was interrupted while it waited for '" + ref.name() + "'.", "");
    } catch (TimeoutException e) {
      throw new SecretUnavailableException(
          "No answer for '" + ref.name() + "' within " + patience.toMillis() + " ms.",
          "Try again later, or give the client a longer timeout.");
    } catch (ExecutionException e) {
      throw closed();
    }
    if (outcome instanceof Outcome.Value value) {
      return value;
    }
    throw failure(outcome);
  }

  /** Returns a new exception for each thread that a failure reaches. */
  private static SecretException failure(Outcome outcome) {
    SecretException shared =
        outcome instanceof Outcome.Failure failure ? failure.failure() : BROKEN.failure();
    return shared.withProblem(shared.problem());
  }
}
