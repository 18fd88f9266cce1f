package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.latchkey.testing.wire.RefusedException;
import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Tells who sends a credential. What is compared are digests, so that the time it takes tells
 * nothing about the credential. Thread-safe.
 */
final class Credentials {
  private static final String BASIC = "Basic ";
  private static final String BEARER = "Bearer ";

  private final String adminUser;
  private final byte[] userDigest;
  private final byte[] keyDigest;
  private final ProcessTokens tokens;

  Credentials(AdminKey admin, ProcessTokens tokens) {
    this.adminUser = admin.userId();
    this.userDigest = RandomToken.digest(admin.userId());
    this.keyDigest = RandomToken.digest(admin.apiKey());
    this.tokens = tokens;
  }

  /** Returns who sends an {@code Authorization} header. */
  Caller caller(@Nullable String authorization) throws RefusedException {
    if (authorization == null) {
      throw new RefusedException(
          401, "There is no credential. Send Authorization: Bearer and a token, or Basic.");
    }
    Caller caller = new Caller.Unknown();
    if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      caller = bearer(authorization.substring(BEARER.length()).strip());
    } else if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      caller = basic(authorization.substring(BASIC.length()).strip());
    }
    if (caller instanceof Caller.Unknown) {
      throw new RefusedException(
          401, "The credential is not known, has expired or was revoked. Ask for another.");
    }
    return caller;
  }

  private Caller bearer(String text) {
    if (MessageDigest.isEqual(RandomToken.digest(text), keyDigest)) {
      return new Caller.Admin(adminUser);
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
    // Both are compared, whatever comes of the first.
    boolean user = MessageDigest.isEqual(RandomToken.digest(text.substring(0, colon)), userDigest);
    boolean key = MessageDigest.isEqual(RandomToken.digest(text.substring(colon + 1)), keyDigest);
    return user && key ? new Caller.Admin(adminUser) : new Caller.Unknown();
  }
}
