package dev.latchkey.testing.http;

import dev.latchkey.SecretName;
import dev.latchkey.SecretValue;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.Sealer;
import dev.latchkey.spi.SecretIdentity;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The secrets of a service, sealed. Not thread-safe. */
final class Shelf {
  private final String project;
  private final Sealer sealer;
  private final Map<SecretName, History> histories = new HashMap<>();
  private final Set<SecretName> denied = new HashSet<>();

  Shelf(String project, Sealer sealer) {
    this.project = project;
    this.sealer = sealer;
  }

  /** What became of one name: its last deletion, and the versions since. */
  private static final class History {
    private long deleted;
    private final List<SealedSecret> since = new ArrayList<>();

    long newest() {
      return deleted + since.size();
    }

    @Nullable SealedSecret find(long version) {
      return version > deleted && version <= newest()
          ? since.get((int) (version - deleted - 1))
          : null;
    }
  }

  /** Returns the version that the value has become. */
  long put(SecretName name, SecretValue value) {
    var identity = new SecretIdentity(project, name, next(name));
    return put(new SealedSecret(identity, sealer.seal(identity, value.bytes()), Instant.now()));
  }

  long put(SealedSecret secret) {
    SecretIdentity identity = secret.identity();
    if (!identity.project().equals(project)) {
      throw new IllegalArgumentException(
          "The service has project '" + project + "' alone, and this is " + identity + ".");
    }
    long next = next(identity.name());
    if (identity.version() != next) {
      throw new IllegalArgumentException(
          "Version " + next + " is the next, and this is " + identity + ".");
    }
    histories.computeIfAbsent(identity.name(), any -> new History()).since.add(secret);
    return next;
  }

  private long next(SecretName name) {
    History history = histories.get(name);
    return history == null ? 1 : history.newest() + 1;
  }

  /** Returns the version that marks the deletion. */
  long delete(SecretName name) {
    History history = histories.get(name);
    if (history == null || history.since.isEmpty()) {
      throw new IllegalStateException(
          "There is no secret named '" + name + "' to delete. Put it first.");
    }
    history.deleted = history.newest() + 1;
    history.since.clear();
    return history.deleted;
  }

  void deny(SecretName name) {
    denied.add(name);
  }

  void allow(SecretName name) {
    denied.remove(name);
  }

  List<CiphertextAnswer> answers(List<CiphertextQuery> queries, @Nullable SecretName damaged) {
    return queries.stream()
        .map(query -> answer(query, damaged != null && damaged.equals(query.name())))
        .toList();
  }

  private CiphertextAnswer answer(CiphertextQuery query, boolean damaged) {
    if (denied.contains(query.name())) {
      return new CiphertextAnswer.Denied();
    }
    History history = histories.get(query.name());
    SealedSecret found =
        history == null ? null : history.find(query.version().orElse(history.newest()));
    if (found == null) {
      return new CiphertextAnswer.NotFound(Optional.empty());
    }
    if (damaged) {
      return new CiphertextAnswer.Sealed(damaged(found));
    }
    long version = found.identity().version();
    return query.knownVersion().orElse(0) == version
        ? new CiphertextAnswer.Unchanged(version)
        : new CiphertextAnswer.Sealed(found);
  }

  private static SealedSecret damaged(SealedSecret secret) {
    byte[] ciphertext = secret.ciphertext();
    byte[] bytes = Arrays.copyOf(ciphertext, Math.max(1, ciphertext.length));
    bytes[bytes.length - 1] ^= 1;
    return new SealedSecret(secret.identity(), bytes, secret.createdAt());
  }
}
