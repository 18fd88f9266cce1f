package dev.latchkey.client.source;

import dev.latchkey.SecretAccessDeniedException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretProtocolException;
import dev.latchkey.SecretUnauthenticatedException;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.SecretValueException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Turns what goes wrong on the way to a service, or comes back as a status, into exceptions. They
 * name the service and have no cause: what OkHttp, the JDK and the service say is not for showing.
 */
class HttpFailures {
  private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

  private final String origin;
  private final String project;

  /** Makes those of a service by its scheme, host and port, and a project there. */
  HttpFailures(String origin, String project) {
    this.origin = origin;
    this.project = project;
  }

  final String origin() {
    return origin;
  }

  final String project() {
    return project;
  }

  SecretException ofStatus(int code, Headers headers, Clock clock) {
    if (code == 401) {
      return new SecretUnauthenticatedException(
          origin + " does not accept the token of this process.",
          "It may have expired: issue a new one, and set LATCHKEY_TOKEN or LATCHKEY_TOKEN_FILE.");
    }
    if (code == 403) {
      return new SecretAccessDeniedException(
          "The token of this process may not read secrets of project '"
              + project
              + "' at "
              + origin
              + ".",
          "Issue a process token for that project.");
    }
    if (code == 404) {
      // Of the address, not of a secret: an optional one must not silently be absent for it.
      return new SecretProtocolException(
          origin + " has no project '" + project + "', or serves no secrets at that address.",
          "Check LATCHKEY_PROJECT, and the path in LATCHKEY_SOURCE.");
    }
    if (code == 413) {
      return tooLarge();
    }
    if (code == 408 || code == 429 || code >= 500) {
      return new SecretUnavailableException(
          origin + " answered with status " + code + ".",
          code == 429 ? "It asks for fewer requests: try again later." : "Try again later.",
          retryAfter(headers, clock));
    }
    if (code >= 300 && code < 400) {
      return new SecretProtocolException(
          origin + " answered with a redirect (status " + code + "), which is not followed.",
          "Set LATCHKEY_SOURCE to the address where the service itself is.");
    }
    return new SecretProtocolException(
        origin + " answered with status " + code + ", which is not part of the protocol.",
        "Check that LATCHKEY_SOURCE is the address of a secrets service.");
  }

  private static @Nullable Duration retryAfter(Headers headers, Clock clock) {
    String text = headers.get("Retry-After");
    if (text == null) {
      return null;
    }
    Duration wait;
    if (text.matches("-?[0-9]+")) {
      // Ten digits are over 300 years, and more may overflow.
      wait = text.length() > 10 ? MAX_RETRY_AFTER : Duration.ofSeconds(Long.parseLong(text));
      wait = text.startsWith("-") ? Duration.ZERO : wait;
    } else {
      Date date = headers.getDate("Retry-After");
      if (date == null) {
        return null;
      }
      wait = Duration.between(clock.instant(), date.toInstant());
    }
    if (wait.isNegative()) {
      return Duration.ZERO;
    }
    return wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait;
  }

  /** Returns what to throw for a body that is not what was agreed, for a reason that is safe. */
  SecretProtocolException badAnswer(String reason) {
    return new SecretProtocolException(
        "The answer of " + origin + " is not valid: " + reason + ".",
        "Check that LATCHKEY_SOURCE is the address of a secrets service, and that nothing between"
            + " changes its answers.");
  }

  /** Returns what to throw for a body that is refused unread; fewer secrets may fit into one. */
  SecretException tooLarge() {
    return new SecretValueException(
        "The answer of " + origin + " is over " + HttpExchange.MAX_BODY_BYTES + " bytes.",
        "Check that LATCHKEY_SOURCE is the address of a secrets service, and that no secret is over"
            + " the limit.");
  }

  SecretUnavailableException timeout(Duration timeout) {
    return new SecretUnavailableException(
        origin + " did not answer within " + timeout.toMillis() + " ms.", "Try again later.");
  }

  SecretUnavailableException noToken(Duration timeout) {
    return new SecretUnavailableException(
        "The token for " + origin + " was not at hand within " + timeout.toMillis() + " ms.",
        "Look at what supplies it, or where LATCHKEY_TOKEN_FILE is.");
  }

  SecretUnavailableException busy(int requests) {
    return new SecretUnavailableException(
        requests + " requests to " + origin + " are under way already.",
        "Try again later, and look at what supplies the token and at the name service if none"
            + " ends.");
  }

  SecretUnavailableException interrupted() {
    return new SecretUnavailableException(
        "The thread was interrupted while it waited for " + origin + ".",
        "Ask again, unless the process is ending.");
  }

  SecretUnavailableException closed() {
    return new SecretUnavailableException(
        "The source of secrets at " + origin + " is closed.", "Use it before it is closed.");
  }

  /**
   * Returns what to throw for a request that failed before its answer was whole. Trying again does
   * not help against a certificate that is not accepted, so that is a protocol failure.
   */
  SecretException of(@Nullable Throwable e) {
    if (e instanceof SecretException known) {
      return known;
    }
    return e instanceof IOException io ? of(io) : badAnswer("it could not be read");
  }

  private SecretUnavailableException of(IOException e) {
    if (e instanceof SSLPeerUnverifiedException) {
      return new SecretProtocolException(
          "TLS: the certificate of " + origin + " is for another host.",
          "Check the host in LATCHKEY_SOURCE, or give the service a certificate for it.");
    }
    if (e instanceof SSLException) {
      return ofTls(e);
    }
    if (e instanceof UnknownHostException) {
      return new SecretUnavailableException(
          "The host of " + origin + " could not be resolved.",
          "Check LATCHKEY_SOURCE, and the name service of this machine.");
    }
    if (e instanceof ConnectException && saysRefused(e)) {
      return new SecretUnavailableException(
          "The connection was refused by " + origin + ".",
          "Check LATCHKEY_SOURCE, and that the service is running.");
    }
    if (e instanceof ConnectException) {
      return new SecretUnavailableException(
          "No connection to " + origin + " could be made.",
          "Check LATCHKEY_SOURCE, and the network between.");
    }
    return new SecretUnavailableException(
        "The connection to " + origin + " broke before the answer was complete.",
        origin.startsWith("http:")
            ? "Try again later; at https if the service speaks TLS."
            : "Try again later.");
  }

  private SecretUnavailableException ofTls(IOException e) {
    if (hasCause(e, CertificateExpiredException.class)
        || hasCause(e, CertificateNotYetValidException.class)) {
      return new SecretProtocolException(
          "TLS: the certificate of " + origin + " has expired or is not valid yet.",
          "Renew it, and check the clock of this machine.");
    }
    if (hasCause(e, CertificateException.class)) {
      return new SecretProtocolException(
          "TLS: the certificate of " + origin + " is not trusted: no known authority issued it.",
          "Set LATCHKEY_CA_FILE to a PEM file with the authority's certificate; where it is not set,"
              + " the trust store of this Java runtime counts.");
    }
    return new SecretUnavailableException(
        "TLS: no secure connection to " + origin + " could be made.",
        "Check that the service speaks TLS 1.2 or 1.3 at that port.");
  }

  private static boolean saysRefused(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      String message = t.getMessage();
      if (message != null && message.startsWith("Connection refused")) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }
}
