package dev.latchkey.testing.service;

import dev.latchkey.testing.wire.RefusedException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Who has logged in at the page. A session is known by two secrets: a cookie, which no script sees
 * and a browser also sends to other servers of this machine, and a text that the page keeps and
 * sends in a header, which no other origin sees or can send. Kept in memory, as digests.
 * Thread-safe.
 */
final class Sessions {
  static final String HEADER = "X-Latchkey-Csrf";

  private static final Duration LIFE = Duration.ofHours(12);
  private static final Duration CODE_LIFE = Duration.ofMinutes(15);

  /** So many logins may fail before there is a pause, which doubles with each that follows. */
  private static final int FREE_FAILURES = 5;

  private static final int MAX_PAUSE_DOUBLINGS = 6;
  private static final Duration FORGETTING = Duration.ofMinutes(15);

  private final AdminKey admin;
  private final Clock clock;
  private final Map<String, Instant> codes = new HashMap<>();
  private final Map<String, Session> sessions = new HashMap<>();

  /** By the address of who tried; those whose pause is long over are forgotten. */
  private final Map<String, Failures> failures = new HashMap<>();

  Sessions(AdminKey admin, Clock clock) {
    this.admin = admin;
    this.clock = clock;
  }

  private record Session(String header, Instant end) {}

  private record Failures(int count, Instant closedUntil) {
    Failures oneMore(Instant now) {
      int doublings = Math.min(count + 1 - FREE_FAILURES, MAX_PAUSE_DOUBLINGS);
      return new Failures(count + 1, doublings < 0 ? now : now.plusSeconds(1L << doublings));
    }

    boolean isOld(Instant now) {
      return now.isAfter(closedUntil.plus(FORGETTING));
    }
  }

  /** What somebody logs in with: a code, or a user and an API key. */
  record Login(@Nullable String code, @Nullable String userId, @Nullable String apiKey) {
    /** Returns nothing of it. */
    @Override
    public String toString() {
      return "Login";
    }
  }

  /** A session that has begun: the two secrets, each told once. */
  record Opened(Caller.Admin admin, String cookie, String header) {
    /** Returns the user alone. */
    @Override
    public String toString() {
      return "Opened[" + admin.userId() + "]";
    }
  }

  /** Returns a code for one login within a quarter of an hour. */
  synchronized String newCode() {
    Instant now = clock.instant();
    codes.values().removeIf(end -> !now.isBefore(end));
    String code = RandomToken.make("lkc_");
    codes.put(digest(code), now.plus(CODE_LIFE));
    return code;
  }

  /**
   * Begins a session.
   *
   * @param from the address of who logs in
   * @throws RefusedException if the login is not good, or came too soon after others that were not
   */
  synchronized Opened open(Login login, String from) throws RefusedException {
    Instant now = clock.instant();
    failures.values().removeIf(failed -> failed.isOld(now));
    Failures failed = failures.getOrDefault(from, new Failures(0, now));
    // A code has 256 bits and is used once: to try some is no way in, and no reason for a pause.
    if (login.code == null && now.isBefore(failed.closedUntil)) {
      throw new RefusedException(
          429, "Too many logins have failed. Try again in " + secondsUntilOpen(from) + " s.");
    }
    if (!isGood(login, now)) {
      if (login.code == null) {
        failures.put(from, failed.oneMore(now));
      }
      throw new RefusedException(
          401,
          login.code == null
              ? "The user or the API key is wrong."
              : "The code was used already, or is older than "
                  + CODE_LIFE.toMinutes()
                  + " minutes. Log in with the API key, or start the service again for a new code.");
    }
    failures.remove(from);
    sessions.values().removeIf(session -> !now.isBefore(session.end));
    String cookie = RandomToken.make("lks_");
    String header = RandomToken.make("");
    sessions.put(digest(cookie), new Session(digest(header), now.plus(LIFE)));
    return new Opened(new Caller.Admin(admin.userId()), cookie, header);
  }

  private boolean isGood(Login login, Instant now) {
    if (login.code != null) {
      Instant end = codes.remove(digest(login.code));
      return end != null && now.isBefore(end);
    }
    return login.userId != null
        && login.apiKey != null
        && admin.matches(login.userId, login.apiKey);
  }

  /** Returns how long no login from an address is looked at, rounded up. */
  synchronized long secondsUntilOpen(String from) {
    Failures failed = failures.get(from);
    long millis =
        failed == null ? 0 : Duration.between(clock.instant(), failed.closedUntil).toMillis();
    return Math.max(1, (millis + 999) / 1_000);
  }

  /** Returns who sends a request, if that one has logged in. */
  synchronized Optional<Caller> find(Request request) {
    String header = request.getHeaders().get(HEADER);
    boolean good = header != null && cookies(request).anyMatch(cookie -> isOne(cookie, header));
    return good ? Optional.of(new Caller.Admin(admin.userId())) : Optional.empty();
  }

  private boolean isOne(String cookie, String header) {
    Session session = sessions.get(digest(cookie));
    return session != null
        && session.header.equals(digest(header))
        && clock.instant().isBefore(session.end);
  }

  /** Ends the session of a request. */
  synchronized void close(Request request) {
    cookies(request).forEach(cookie -> sessions.remove(digest(cookie)));
  }

  /** Of the name there may be some that a page at another port has set. */
  private static Stream<String> cookies(Request request) {
    String name = cookieName(request);
    return Request.getCookies(request).stream()
        .filter(cookie -> cookie.getName().equals(name))
        .map(HttpCookie::getValue);
  }

  /** Returns the {@code Set-Cookie} header of a session that has begun. */
  static String setCookie(Request request, String value) {
    return cookieName(request)
        + "="
        + value
        + "; Path=/; HttpOnly; SameSite=Strict"
        + (request.isSecure() ? "; Secure" : "");
  }

  /** The port is in it, since browsers do not tell the cookies of two services apart by it. */
  private static String cookieName(Request request) {
    return (request.isSecure() ? "__Host-" : "") + "latchkey-" + Request.getServerPort(request);
  }

  private static String digest(String text) {
    return HexFormat.of().formatHex(RandomToken.digest(text));
  }
}
