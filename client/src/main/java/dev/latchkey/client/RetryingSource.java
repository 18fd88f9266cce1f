package dev.latchkey.client;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.CiphertextSource;
import dev.latchkey.client.source.FetchRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks a source again where that may help: after it could not be reached, or was out of order; not
 * after it has answered. All tries of a request end by one deadline; each but the last gets half of
 * what is left, so that one which is never answered leaves time for another. Thread-safe.
 */
final class RetryingSource {
  private static final int MAX_TRIES = CircuitBreaker.THRESHOLD;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

  private final CiphertextSource source;
  private final Scheduler scheduler;
  private final Notices notices;
  private final Duration timeout;
  private final CircuitBreaker breaker;

  RetryingSource(CiphertextSource source, Scheduler scheduler, Notices notices, Duration timeout) {
    this.source = source;
    this.scheduler = scheduler;
    this.notices = notices;
    this.timeout = timeout;
    this.breaker = new CircuitBreaker(scheduler, notices, timeout);
  }

  /**
   * Returns the answers, one a query.
   *
   * @throws SecretException the failure of the last try
   */
  List<CiphertextAnswer> fetch(FetchEvent.Kind kind, List<CiphertextQuery> queries) {
    return new Request(kind, queries).fetch();
  }

  /**
   * Returns the answers as soon as one is news, or after a while. Sent once: a held request is cut
   * by whatever is between, which says nothing of the source.
   *
   * @param hold how long the source may take to answer without news
   */
  List<CiphertextAnswer> watch(List<CiphertextQuery> queries, Duration hold) {
    return new Request(FetchEvent.Kind.WATCH, queries).watch(hold);
  }

  /** One request and its tries; used by one thread. */
  private final class Request {
    private final FetchEvent.Kind kind;
    private final List<CiphertextQuery> queries;
    private final long begun = scheduler.nanos();
    private int tries;

    Request(FetchEvent.Kind kind, List<CiphertextQuery> queries) {
      this.kind = kind;
      this.queries = queries;
    }

    List<CiphertextAnswer> watch(Duration hold) {
      try {
        List<CiphertextAnswer> answers = ask(hold, timeout.plus(hold));
        breaker.succeeded();
        return told(answers);
      } catch (SecretException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e; // Given up by us, which is no event.
        }
        if (e instanceof SecretUnavailableException unavailable
            && CircuitBreaker.askedPause(unavailable) > 0) {
          breaker.failed(unavailable, true);
        }
        throw told(e);
      }
    }

    List<CiphertextAnswer> fetch() {
      try {
        while (true) {
          boolean probe = breaker.enter();
          long left = left();
          boolean last = probe || tries == MAX_TRIES - 1;
          try {
            List<CiphertextAnswer> answers =
                ask(Duration.ZERO, Duration.ofNanos(Math.max(1, last ? left : left / 2)));
            breaker.succeeded();
            return told(answers);
          } catch (SecretUnavailableException e) {
            if (!mayHelp(e, last)) {
              throw e;
            }
          } catch (SecretConfigurationException e) {
            breaker.abandoned(); // It was not asked: there is no token.
            throw e;
          } catch (SecretException e) {
            breaker.succeeded(); // It answered.
            throw e;
          }
        }
      } catch (SecretException e) {
        throw told(e);
      }
    }

    /** Sends the request, and checks that there is an answer to each query. */
    private List<CiphertextAnswer> ask(Duration hold, Duration time) {
      tries++;
      List<CiphertextAnswer> answers;
      try {
        answers = source.fetch(new FetchRequest(queries, hold, time));
      } catch (SecretException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        // What a source of another maker throws may hold anything: its type alone is told.
        throw new SecretUnavailableException(
            "The source failed with " + e.getClass().getName() + ".", "Report this to its maker.");
      }
      if (answers.size() != queries.size()) {
        throw new SecretProtocolException(
            "The source gave " + answers.size() + " answers to " + queries.size() + " queries.",
            "Report this to whoever runs it.");
      }
      return answers;
    }

    private long left() {
      return timeout.toNanos() - (scheduler.nanos() - begun);
    }

    /** Tells whether to try again, after the pause before that. */
    private boolean mayHelp(SecretUnavailableException e, boolean last) {
      if (Thread.currentThread().isInterrupted()) {
        breaker.abandoned(); // By us, which says nothing of the source.
        return false;
      }
      if (e instanceof SecretProtocolException) {
        breaker.succeeded(); // It answered, or its certificate did.
        return false;
      }
      long asked = CircuitBreaker.askedPause(e);
      boolean leftAlone = breaker.failed(e, asked > left());
      long pause = Math.max(asked, Scheduler.jitter(FIRST_PAUSE.toNanos() << (tries - 1)));
      if (last || leftAlone || pause >= left()) {
        return false;
      }
      try {
        scheduler.pause(pause);
        return true;
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    private List<CiphertextAnswer> told(List<CiphertextAnswer> answers) {
      tell(null);
      return answers;
    }

    private SecretException told(SecretException e) {
      tell(e);
      return e;
    }

    private void tell(@Nullable SecretException failure) {
      Duration duration = Duration.ofNanos(scheduler.nanos() - begun);
      var event =
          new FetchEvent(kind, queries.size(), tries, duration, Optional.ofNullable(failure));
      notices.tell(listener -> listener.fetched(event));
    }
  }
}
