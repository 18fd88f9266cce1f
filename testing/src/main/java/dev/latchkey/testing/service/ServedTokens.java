package dev.latchkey.testing.service;

import dev.latchkey.SecretConfigurationException;
import dev.latchkey.testing.service.ServedToken.Wish;
import dev.latchkey.testing.wire.RefusedException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The tokens of processes: made, found by their digest, ended. A file each, with the digest alone,
 * so that who reads the files can use none of them. Thread-safe.
 */
final class ServedTokens {
  private final DataDirectory data;
  private final Clock clock;
  private final Map<String, ServedToken> byHash = new ConcurrentHashMap<>();

  private ServedTokens(DataDirectory data, Clock clock) {
    this.data = data;
    this.clock = clock;
  }

  /**
   * Reads the tokens that are kept.
   *
   * @throws SecretConfigurationException if one is damaged
   */
  static ServedTokens load(DataDirectory data, Clock clock) {
    var tokens = new ServedTokens(data, clock);
    for (String name : data.names(DataDirectory.TOKENS)) {
      byte[] file = data.read(DataDirectory.TOKENS, name);
      if (file != null) {
        tokens.add(name, file);
      }
    }
    tokens.removeExpired();
    return tokens;
  }

  private void add(String name, byte[] file) {
    try {
      ServedToken token = ServedToken.parse(file);
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
            + data.root().resolve(DataDirectory.TOKENS).resolve(name)
            + " is damaged, or a copy of another.",
        "Delete it; who used the token has to ask for another.");
  }

  private void removeExpired() {
    for (ServedToken token : byHash.values()) {
      if (isExpired(token)) {
        remove(token);
      }
    }
  }

  /** A token, as it is told once. */
  record Minted(String text, ServedToken token) {
    /** Returns all but the token. */
    @Override
    public String toString() {
      return token.toString();
    }
  }

  synchronized Minted mint(String project, Wish wish) {
    removeExpired();
    String text = RandomToken.make("lkp_");
    String id = UUID.randomUUID().toString();
    var token = new ServedToken(id, hash(text), project, wish.grant(), after(wish.ttl()));
    keep(token);
    return new Minted(text, token);
  }

  private Instant after(Duration ttl) {
    return clock.instant().plus(ttl).truncatedTo(ChronoUnit.MILLIS);
  }

  private void keep(ServedToken token) {
    data.write(DataDirectory.TOKENS, fileOf(token), token.toJson());
    byHash.put(token.hash(), token);
  }

  /** Returns the tokens of a project that are in force, by app. */
  List<ServedToken> list(String project) {
    return byHash.values().stream()
        .filter(token -> token.project().equals(project) && !isExpired(token))
        .sorted(
            Comparator.comparing((ServedToken token) -> token.grant().app())
                .thenComparing(ServedToken::expiresAt)
                .thenComparing(ServedToken::id))
        .toList();
  }

  /** Has a token end at another time, counted from now. */
  synchronized ServedToken renew(String project, String id, Duration ttl) throws RefusedException {
    ServedToken renewed = get(project, id).until(after(ttl));
    keep(renewed);
    return renewed;
  }

  private ServedToken get(String project, String id) throws RefusedException {
    return list(project).stream()
        .filter(token -> token.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new RefusedException(
                    404, "There is no token of this id, or it has expired or was revoked."));
  }

  /** Returns what a token permits; empty if it is unknown, expired or revoked. */
  Optional<ServedToken> find(String text) {
    return Optional.ofNullable(byHash.get(hash(text))).filter(token -> !isExpired(token));
  }

  /** Tells whether a token that was found is still in force. */
  boolean isInForce(ServedToken token) {
    ServedToken kept = byHash.get(token.hash());
    return kept != null && !isExpired(kept);
  }

  private boolean isExpired(ServedToken token) {
    return !clock.instant().isBefore(token.expiresAt());
  }

  /** Ends a token, and returns it. */
  synchronized ServedToken revoke(String project, String id) throws RefusedException {
    ServedToken token = get(project, id);
    remove(token);
    return token;
  }

  private void remove(ServedToken token) {
    // In this order: if the file stays, so does the token, and who revokes it can try again.
    data.delete(DataDirectory.TOKENS, fileOf(token));
    byHash.remove(token.hash());
  }

  private static String fileOf(ServedToken token) {
    return token.id() + ".json";
  }

  private static String hash(String text) {
    return HexFormat.of().formatHex(RandomToken.digest(text));
  }
}
