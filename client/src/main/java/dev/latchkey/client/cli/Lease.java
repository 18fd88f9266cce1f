package dev.latchkey.client.cli;

import dev.latchkey.SecretException;
import dev.latchkey.SecretNotFoundException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.Setting;
import dev.latchkey.client.source.ProcessToken;
import dev.latchkey.client.source.ProcessTokens;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a process, with a token that was made for it in the place of the admin key, until
 * it is closed: then the token is revoked. Where no token was made the settings are all there is.
 * Thread-safe.
 *
 * <p>The token is revoked when this process is ended by a signal, too; not when it is killed. Then
 * it lives until it expires.
 */
final class Lease implements AutoCloseable {
  /** How long a token lives that nobody renews: as long as resolving takes, with room to spare. */
  static final Duration BRIEF = Duration.ofSeconds(60);

  /** How long a token lives that is renewed; what is renewed in vain for a day is given up. */
  static final Duration LONG = Duration.ofHours(24);

  private static final Duration RENEWAL = Duration.ofHours(1);
  private static final Duration RETRY = Duration.ofMinutes(1);

  private final Host host;
  private final Map<String, String> settings;
  private final @Nullable ProcessTokens tokens;
  private final Duration ttl;
  private final Thread atShutdown = new Thread(this::endWithProcess, "latchkey-revoke");
  private @Nullable ProcessToken token;
  private @Nullable Timer timer;
  private volatile @Nullable Instant expiresAt;
  private volatile boolean closed;
  private volatile boolean ending;
  private boolean failing;

  private Lease(
      Host host, Map<String, String> settings, @Nullable ProcessTokens tokens, Duration ttl) {
    this.host = host;
    this.settings = settings;
    this.tokens = tokens;
    this.ttl = ttl;
  }

  static Lease withoutToken(Host host, Map<String, String> settings) {
    return new Lease(host, settings, null, BRIEF);
  }

  /**
   * Returns a lease on a new token; what makes tokens is closed with it, or if none is made.
   *
   * @param mint makes the token
   */
  static Lease of(
      Host host,
      Map<String, String> settings,
      ProcessTokens tokens,
      Supplier<ProcessToken> mint,
      Duration ttl) {
    var lease = new Lease(host, settings, tokens, ttl);
    try {
      // Before there is a token: a signal that comes while it is made finds what revokes it.
      Runtime.getRuntime().addShutdownHook(lease.atShutdown);
      lease.take(mint);
      return lease;
    } catch (RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  /** Whoever ends this lease meanwhile waits for the token. */
  private synchronized void take(Supplier<ProcessToken> mint) {
    requireGoingOn();
    ProcessToken made = mint.get();
    token = made;
    expiresAt = made.expiresAt();
    settings.put(Setting.TOKEN.variable(), made.reveal());
    requireGoingOn();
  }

  /** Nothing is to be started by a process that a signal is ending. */
  private void requireGoingOn() {
    if (ending) {
      throw new SecretUnavailableException("The process is ending.", "Start it anew.");
    }
  }

  private void endWithProcess() {
    ending = true;
    end();
  }

  Map<String, String> settings() {
    return settings;
  }

  /** Has the token live as long as this lease. */
  synchronized void keepRenewing() {
    requireGoingOn();
    if (token != null && timer == null && !closed) {
      timer = host.timers().get();
      again(RENEWAL);
    }
  }

  private void renew(ProcessTokens tokens, ProcessToken due) {
    try {
      expiresAt = tokens.renew(due, ttl);
      failing = false;
      again(RENEWAL);
    } catch (SecretNotFoundException e) {
      notRenewed(e.problem(), e.remedy()); // For good.
    } catch (SecretException e) {
      retry(e.problem(), e.remedy());
    } catch (RuntimeException e) {
      retry("An unforeseen failure: " + e.getClass().getName() + ".", "");
    }
  }

  private void retry(String problem, String remedy) {
    if (!failing) {
      failing = true;
      notRenewed(
          problem,
          (remedy + " It is tried again every minute; the token ends at " + expiresAt + ".")
              .strip());
    }
    again(RETRY);
  }

  private void notRenewed(String problem, String remedy) {
    if (!closed) { // What a close interrupts has not failed.
      host.complain("The token of the process was not renewed: " + problem, remedy);
    }
  }

  private synchronized void again(Duration delay) {
    ProcessTokens from = tokens;
    ProcessToken due = token;
    if (timer != null && from != null && due != null && !closed) {
      timer.after(delay, () -> renew(from, due));
    }
  }

  /** Ends the renewals and revokes the token. It takes seconds at most, and throws nothing. */
  @Override
  public void close() {
    end();
    if (tokens != null) {
      try {
        Runtime.getRuntime().removeShutdownHook(atShutdown);
      } catch (IllegalStateException e) {
        // It runs, and finds nothing to do.
      }
    }
  }

  /** Whoever comes second waits here for the first, so that this process does not end too soon. */
  private synchronized void end() {
    if (closed) {
      return;
    }
    closed = true;
    if (timer != null) {
      timer.close();
    }
    if (tokens == null) {
      return;
    }
    ProcessToken left = token;
    // Whoever interrupted this thread did not mean the token to live on.
    boolean interrupted = Thread.interrupted();
    try (tokens) {
      if (left != null) {
        revoke(tokens, left);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void revoke(ProcessTokens from, ProcessToken left) {
    try {
      from.revoke(left);
    } catch (SecretException e) {
      notRevoked(left, e.problem());
    } catch (RuntimeException e) {
      notRevoked(left, "An unforeseen failure: " + e.getClass().getName() + ".");
    }
  }

  private void notRevoked(ProcessToken left, String problem) {
    if (ttl.compareTo(BRIEF) <= 0) {
      return; // It ends by itself before anybody could do something about it.
    }
    host.complain(
        "The token of the process was not revoked: " + problem,
        "Revoke the token "
            + left.id()
            + " on the admin page of the service; it ends by itself at "
            + expiresAt
            + ".");
  }
}
