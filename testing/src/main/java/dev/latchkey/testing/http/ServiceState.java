package dev.latchkey.testing.http;

import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * All that changes in a service, under one lock: its secrets, faults, token and requests. Each
 * change wakes all who wait, who look for themselves whether it is what they wait for. Thread-safe.
 */
final class ServiceState {
  private final Shelf shelf;
  private final List<Fault> script = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private @Nullable Fault outage;
  private String token = newToken();
  private boolean closed;

  ServiceState(Shelf shelf) {
    this.shelf = shelf;
  }

  /** A request under way; changed under the lock alone. */
  static final class Call {
    final List<CiphertextQuery> queries;
    private final Duration hold;
    private final boolean tokenAccepted;
    private @Nullable Fault fault;
    private OptionalInt status = OptionalInt.empty();

    private Call(List<CiphertextQuery> queries, Duration hold, boolean tokenAccepted) {
      this.queries = queries;
      this.hold = hold;
      this.tokenAccepted = tokenAccepted;
    }

    private ReceivedRequest received() {
      return new ReceivedRequest(queries, hold, tokenAccepted, status, Optional.ofNullable(fault));
    }
  }

  private static String newToken() {
    return "fake-token-" + UUID.randomUUID();
  }

  private void checkOpen(String what) {
    if (closed) {
      throw new IllegalStateException("The service is closed. " + what + " before that.");
    }
  }

  /** Changes the secrets, and returns the version that comes of it. */
  synchronized long change(String what, ToLongFunction<Shelf> change) {
    checkOpen(what);
    long version = change.applyAsLong(shelf);
    notifyAll();
    return version;
  }

  synchronized void permit(String what, Consumer<Shelf> change) {
    checkOpen(what);
    change.accept(shelf);
    notifyAll();
  }

  synchronized void script(List<Fault> faults) {
    checkOpen("Script faults");
    script.addAll(faults);
  }

  synchronized List<Fault> unusedFaults() {
    return List.copyOf(script);
  }

  synchronized void outage(@Nullable Fault fault) {
    checkOpen("Begin and end outages");
    outage = fault;
    notifyAll();
  }

  synchronized String token() {
    return token;
  }

  synchronized void rotateToken() {
    checkOpen("Rotate the token");
    token = newToken();
  }

  synchronized Call arrived(List<CiphertextQuery> queries, Duration hold, boolean tokenAccepted) {
    var call = new Call(queries, hold, tokenAccepted);
    call.fault = nextFault(queries);
    calls.add(call);
    notifyAll();
    return call;
  }

  private @Nullable Fault nextFault(List<CiphertextQuery> queries) {
    for (Iterator<Fault> faults = script.iterator(); faults.hasNext(); ) {
      Fault fault = faults.next();
      if (fault.isFor(queries)) {
        faults.remove();
        return fault;
      }
    }
    return outage != null && outage.isFor(queries) ? outage : null;
  }

  synchronized @Nullable Fault fault(Call call) {
    return call.fault;
  }

  synchronized void answered(Call call, int status) {
    call.status = OptionalInt.of(status);
  }

  /**
   * Returns the answers to a call once there is news in them, or after its hold. Returns null if
   * there will be none: an outage that is for the call has begun, or the service is closed.
   */
  synchronized @Nullable List<CiphertextAnswer> awaitNews(Call call) throws InterruptedException {
    long begun = System.nanoTime();
    while (true) {
      if (call.fault == null && outage != null && outage.isFor(call.queries)) {
        call.fault = outage;
      }
      if (closed || (call.fault != null && call.fault.kind != Fault.Kind.DAMAGED)) {
        return null;
      }
      List<CiphertextAnswer> answers =
          shelf.answers(call.queries, call.fault == null ? null : call.fault.name);
      long left = call.hold.toNanos() - (System.nanoTime() - begun);
      if (left <= 0 || call.fault != null || hasNews(answers)) {
        return answers;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private static boolean hasNews(List<CiphertextAnswer> answers) {
    return !answers.stream().allMatch(CiphertextAnswer.Unchanged.class::isInstance);
  }

  synchronized void awaitClosed() throws InterruptedException {
    while (!closed) {
      wait();
    }
  }

  synchronized List<ReceivedRequest> requests() {
    return calls.stream().map(Call::received).toList();
  }

  synchronized List<ReceivedRequest> awaitRequests(int count, Duration atMost) {
    long begun = System.nanoTime();
    while (calls.size() < count) {
      long left = atMost.toNanos() - (System.nanoTime() - begun);
      if (left <= 0) {
        throw missing(count, "came within " + atMost.toMillis() + " ms");
      }
      if (closed) {
        throw missing(count, "came before the service was closed");
      }
      try {
        TimeUnit.NANOSECONDS.timedWait(this, left);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw missing(count, "came before the thread was interrupted");
      }
    }
    return requests();
  }

  private AssertionError missing(int count, String when) {
    return new AssertionError(
        calls.size() + " of " + count + " requests " + when + ": " + requests() + ".");
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }
}
