package dev.latchkey.testing.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;

/**
 * The credential of who manages secrets: a user and an API key. It creates, lists, replaces and
 * deletes, and reads no ciphertext. Immutable and thread-safe.
 */
public final class AdminKey {
  private final String userId;
  private final String apiKey;

  private AdminKey(String userId, String apiKey) {
    this.userId = userId;
    this.apiKey = apiKey;
  }

  /**
   * Returns a credential.
   *
   * @param userId 1 to 128 printable ASCII characters without a colon or a space
   * @param apiKey 16 to 512 printable ASCII characters without a space
   * @throws IllegalArgumentException if one is not so
   */
  public static AdminKey of(String userId, String apiKey) {
    if (!userId.matches("[!-9;-~]{1,128}")) {
      throw new IllegalArgumentException(
          "A user is 1 to 128 printable ASCII characters without a colon or a space.");
    }
    if (!apiKey.matches("[!-~]{16,512}")) {
      throw new IllegalArgumentException(
          "An API key is 16 to 512 printable ASCII characters without a space.");
    }
    return new AdminKey(userId, apiKey);
  }

  static AdminKey random() {
    return new AdminKey("admin", RandomToken.make("lka_"));
  }

  /** Tells whether this is it, in a time that tells nothing about it. */
  boolean matches(String user, String key) {
    // Both are compared, whatever comes of the first.
    boolean sameUser = MessageDigest.isEqual(RandomToken.digest(user), RandomToken.digest(userId));
    return matchesKey(key) && sameUser;
  }

  boolean matchesKey(String key) {
    return MessageDigest.isEqual(RandomToken.digest(key), RandomToken.digest(apiKey));
  }

  /** Returns the user. */
  public String userId() {
    return userId;
  }

  /** Returns the API key. */
  public String apiKey() {
    return apiKey;
  }

  /** Returns the {@code Authorization} header that Lightning's clients send. */
  public String basic() {
    return "Basic " + Base64.getEncoder().encodeToString((userId + ":" + apiKey).getBytes(UTF_8));
  }

  /** Returns the user alone. */
  @Override
  public String toString() {
    return "AdminKey[" + userId + "]";
  }
}
