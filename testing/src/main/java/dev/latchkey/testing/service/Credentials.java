package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.testing.wire.RefusedException;
import java.util.Base64;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * Tells who sends a credential. What is compared are digests, so that the time it takes tells
 * nothing about the credential. Thread-safe.
 */
final class Credentials {
  private static final String BASIC = "Basic ";
  private static final String BEARER = "Bearer ";

  private final AdminKey admin;
  private final ServedTokens tokens;
  private final Sessions sessions;

  Credentials(AdminKey admin, ServedTokens tokens, Sessions sessions) {
    this.admin = admin;
    this.tokens = tokens;
    this.sessions = sessions;
  }

  /** Returns who sends a request. */
  Caller caller(Request request) throws RefusedException {
    String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
    if (authorization == null) {
      return sessions
          .find(request)
          .orElseThrow(
              () ->
                  new RefusedException(
                      401,
                      "There is no credential, or the login has ended. Send Authorization: Bearer"
                          + " and a token, or Basic; in the page, log in."));
    }
    Caller caller = new Caller.Unknown();
    if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      caller = bearer(authorization.substring(BEARER.length()).strip());
    } else if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      caller = basic(authorization.substring(BASIC.length()).strip());
    }
    if (caller instanceof Caller.Unknown) {
      throw new RefusedException(
          401,
          "The credential is not known, has expired or was revoked. Ask for another; an"
              + " admin's is in admin-key in the service's directory.");
    }
    return caller;
  }

  private Caller bearer(String text) {
    if (admin.matchesKey(text)) {
      return new Caller.Admin(admin.userId());
    }
    return tokens.find(text).<Caller>map(Caller.Reader::new).orElseGet(Caller.Unknown::new);
  }

  private Caller basic(String encoded) {
    String text;
    try {
      text = new String(Base64.getDecoder().decode(encoded), UTF_8);
    } catch (IllegalArgumentException e) {
      return new Caller.Unknown();
    }
    int colon = text.indexOf(':');
    if (colon < 0) {
      return new Caller.Unknown();
    }
    return admin.matches(text.substring(0, colon), text.substring(colon + 1))
        ? new Caller.Admin(admin.userId())
        : new Caller.Unknown();
  }
}
