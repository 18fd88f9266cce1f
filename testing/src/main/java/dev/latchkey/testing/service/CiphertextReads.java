package dev.latchkey.testing.service;

import dev.latchkey.SecretName;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.testing.wire.RefusedException;
import dev.latchkey.testing.wire.WireAnswer;
import dev.latchkey.testing.wire.WireRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Answers processes with ciphertexts: at once, or once there is news. A request that waits is an
 * entry in a set and has no thread; who changes a secret has those looked at that ask for it.
 * Thread-safe.
 */
final class CiphertextReads {
  /** Of a token: a process has one for each 100 secrets, and of the connections some are left. */
  private static final int MAX_WAITING = 1_024;

  private final ServedTokens tokens;
  private final AuditLog audit;
  private final Clock clock;
  private final Set<Read> waiting = ConcurrentHashMap.newKeySet();

  CiphertextReads(ServedTokens tokens, AuditLog audit, Clock clock) {
    this.tokens = tokens;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Answers a request, now or later.
   *
   * @throws RefusedException if too many requests with the token wait already
   */
  void read(Exchange exchange, ServedToken token, ProjectSecrets secrets, WireRequest request)
      throws RefusedException {
    var read = new Read(exchange, token, secrets, request);
    if (read.answer(request.hold().isZero())) {
      return;
    }
    if (waiting.stream().filter(other -> other.token.id().equals(token.id())).count()
        >= MAX_WAITING) {
      throw new RefusedException(
          429, "At most " + MAX_WAITING + " requests with one token wait at a time.");
    }
    waiting.add(read);
    read.begin();
    // What has changed since the first look was told to nobody.
    read.answer(false);
  }

  /** Has requests looked at that ask for a secret. */
  void changed(String project, SecretName name) {
    for (Read read : waiting) {
      if (read.token.project().equals(project) && read.asksFor(name)) {
        read.exchange.execute(() -> read.answer(false));
      }
    }
  }

  /** Has requests refused whose token is not in force any more. */
  void revoked(ServedToken token) {
    for (Read read : waiting) {
      if (read.token.id().equals(token.id())) {
        read.exchange.execute(() -> read.answer(true));
      }
    }
  }

  /** Returns how many requests wait. */
  int waiting() {
    return waiting.size();
  }

  private final class Read {
    private final Exchange exchange;
    private final ServedToken token;
    private final ProjectSecrets secrets;
    private final WireRequest request;
    private volatile Scheduler.@Nullable Task end;

    Read(Exchange exchange, ServedToken token, ProjectSecrets secrets, WireRequest request) {
      this.exchange = exchange;
      this.token = token;
      this.secrets = secrets;
      this.request = request;
    }

    boolean asksFor(SecretName name) {
      return request.queries().stream().anyMatch(query -> query.name().equals(name));
    }

    void begin() {
      exchange.request().addIdleTimeoutListener(timeout -> false);
      exchange
          .request()
          .addFailureListener(
              failure -> {
                if (claim()) {
                  exchange.fail(failure);
                }
              });
      // A moment later, so that the token has expired by then.
      Duration life = Duration.between(clock.instant(), token.expiresAt()).plusMillis(1);
      Duration hold = request.hold();
      end = exchange.schedule(() -> answer(true), hold.compareTo(life) < 0 ? hold : life);
    }

    private boolean claim() {
      if (!exchange.claim()) {
        return false;
      }
      waiting.remove(this);
      Scheduler.Task task = end;
      if (task != null) {
        task.cancel();
      }
      return true;
    }

    /** Answers if there is news, or anyway; returns whether it is answered. */
    boolean answer(boolean anyway) {
      if (exchange.isClaimed()) {
        return true;
      }
      boolean claimed = false;
      try {
        List<CiphertextAnswer> answers = answers();
        // After the look, so that nothing is told which came once the token was revoked.
        if (!tokens.isInForce(token)) {
          throw new RefusedException(401, "The token has expired or was revoked.");
        }
        if (!anyway && answers.stream().allMatch(CiphertextAnswer.Unchanged.class::isInstance)) {
          return false;
        }
        claimed = claim();
        if (claimed) {
          audit.add(entries(answers), false);
          exchange.answer(200, WireAnswer.secrets(request.queries(), answers));
        }
      } catch (RefusedException | RuntimeException e) {
        if (claimed || claim()) {
          Failure told = Failure.logged(e).writtenDown(audit, deed());
          exchange.error(told.status(), told.message());
        }
      } catch (Error e) {
        if (claimed || claim()) {
          exchange.fail(e); // Nothing else would ever end it.
        }
        throw e;
      }
      return true;
    }

    private List<CiphertextAnswer> answers() throws RefusedException {
      List<CiphertextQuery> permitted =
          request.queries().stream().filter(query -> token.permits(query.name())).toList();
      Iterator<CiphertextAnswer> found =
          permitted.isEmpty()
              ? List.<CiphertextAnswer>of().iterator()
              : secrets.fetch(permitted).iterator();
      List<CiphertextAnswer> answers = new ArrayList<>();
      for (CiphertextQuery query : request.queries()) {
        CiphertextAnswer answer =
            token.permits(query.name()) ? found.next() : new CiphertextAnswer.Denied();
        if (answer instanceof CiphertextAnswer.Damaged damaged) {
          // Told of as not found it would be taken from those who have it.
          throw damaged.failure();
        }
        answers.add(answer);
      }
      return answers;
    }

    private List<AuditLog.Entry> entries(List<CiphertextAnswer> answers) {
      List<AuditLog.Entry> entries = new ArrayList<>();
      for (int i = 0; i < answers.size(); i++) {
        CiphertextAnswer answer = answers.get(i);
        if (!(answer instanceof CiphertextAnswer.Unchanged)) {
          Deed deed = deed();
          deed.about(request.queries().get(i).name());
          entries.add(deed.entry(outcome(answer), 200));
        }
      }
      return entries;
    }

    private Deed deed() {
      return new Deed(new Caller.Reader(token), Route.Call.READ.action, token.project());
    }
  }

  private static String outcome(CiphertextAnswer answer) {
    if (answer instanceof CiphertextAnswer.Sealed) {
      return "ok";
    }
    return answer instanceof CiphertextAnswer.Denied ? "denied" : "not_found";
  }
}
