package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.testing.service.ProcessToken.Wish;
import dev.latchkey.testing.wire.RefusedException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of processes: made, found by their digest, ended. A file each, with the digest alone,
 * so that who reads the files can use none of them. Thread-safe.
 */
final class ProcessTokens {
  private static final String DIRECTORY = "tokens";

  private final DataDirectory data;
  private final Clock clock;
  private final Map<String, ProcessToken> byHash = new ConcurrentHashMap<>();

  private ProcessTokens(DataDirectory data, Clock clock) {
    this.data = data;
    this.clock = clock;
  }

  /**
   * Reads the tokens that are kept.
   *
   * @throws SecretConfigurationException if one is damaged
   */
  static ProcessTokens load(DataDirectory data, Clock clock) {
    var tokens = new ProcessTokens(data, clock);
    for (String name : data.names(DIRECTORY)) {
      byte[] file = data.read(DIRECTORY, name);
      if (file != null) {
        tokens.add(name, file);
      }
    }
    tokens.removeExpired();
    return tokens;
  }

  private void add(String name, byte[] file) {
    try {
      ProcessToken token = ProcessToken.parse(file);
      if (!name.equals(fileOf(token))) {
        throw damaged(name); // A copy would outlive the revocation of its token.
      }
      byHash.put(token.hash(), token);
    } catch (RefusedException | DateTimeException e) {
      throw damaged(name);
    }
  }

  private SecretConfigurationException damaged(String name) {
    return new SecretConfigurationException(
        "The token file "
            + data.root().resolve(DIRECTORY).resolve(name)
            + " is damaged, or a copy of another.",
        "Delete it; who used the token has to ask for another.");
  }

  private void removeExpired() {
    for (ProcessToken token : byHash.values()) {
      if (isExpired(token)) {
        remove(token);
      }
    }
  }

  /** A token, as it is told once. */
  record Minted(String text, ProcessToken token) {
    /** Returns all but the token. */
    @Override
    public String toString() {
      return token.toString();
    }
  }

  Minted mint(String project, Wish wish) {
    removeExpired();
    String text = RandomToken.make("lkp_");
    Instant expiresAt = clock.instant().plus(wish.ttl()).truncatedTo(ChronoUnit.MILLIS);
    String id = UUID.randomUUID().toString();
    var token = new ProcessToken(id, hash(text), project, wish.grant(), expiresAt);
    data.write(DIRECTORY, fileOf(token), token.toJson());
    byHash.put(token.hash(), token);
    return new Minted(text, token);
  }

  /** Returns what a token permits; empty if it is unknown, expired or revoked. */
  Optional<ProcessToken> find(String text) {
    return Optional.ofNullable(byHash.get(hash(text))).filter(token -> !isExpired(token));
  }

  /** Tells whether a token that was found is still in force. */
  boolean isInForce(ProcessToken token) {
    return token.equals(byHash.get(token.hash())) && !isExpired(token);
  }

  boolean isExpired(ProcessToken token) {
    return !clock.instant().isBefore(token.expiresAt());
  }

  /** Ends a token, and returns it; null if there is none of that id in the project. */
  @Nullable ProcessToken revoke(String project, String id) {
    for (ProcessToken token : byHash.values()) {
      if (token.id().equals(id) && token.project().equals(project)) {
        remove(token);
        return token;
      }
    }
    return null;
  }

  private void remove(ProcessToken token) {
    // In this order: if the file stays, so does the token, and who revokes it can try again.
    data.delete(DIRECTORY, fileOf(token));
    byHash.remove(token.hash());
  }

  private static String fileOf(ProcessToken token) {
    return token.id() + ".json";
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(RandomToken.digest(text));
  }
}
