package dev.latchkey.testing.contract;

import dev.latchkey.SecretConflictException;
import dev.latchkey.SecretException;
import dev.latchkey.SecretName;
import dev.latchkey.SecretUnavailableException;
import dev.latchkey.client.source.CiphertextAnswer;
import dev.latchkey.client.source.CiphertextQuery;
import dev.latchkey.client.source.FetchRequest;
import dev.latchkey.client.store.SecretStore;
import dev.latchkey.client.store.StoredSecret;
import dev.latchkey.spi.SealedSecret;
import dev.latchkey.spi.SecretIdentity;
import dev.latchkey.spi.Suggestions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A sound store, whose defects are overridden methods. Sound without holding any answer. */
class MemoryStore implements SecretStore {
  /** What several handles share: for each name its versions, of which the first is number 1. */
  static final class Content {
    final Map<SecretName, List<Version>> versions = new TreeMap<>();
    final @Nullable Supplier<SecretException> fault;

    Content(@Nullable Supplier<SecretException> fault) {
      this.fault = fault;
    }
  }

  /** A version, without a ciphertext if it is the mark of a deletion. */
  record Version(SecretName name, Optional<SealedSecret> sealed, Instant at) {
    boolean deletion() {
      return sealed.isEmpty();
    }
  }

  final Content content;
  volatile boolean closed;

  MemoryStore(Content content) {
    this.content = content;
  }

  @Override
  public String project() {
    return CiphertextSourceContract.PROJECT;
  }

  @Override
  public List<CiphertextAnswer> fetch(FetchRequest request) {
    enter();
    synchronized (content) {
      return request.queries().stream().map(this::answer).toList();
    }
  }

  CiphertextAnswer answer(CiphertextQuery query) {
    List<Version> all = versions(query.name());
    long wanted = query.version().orElseGet(() -> newest(all));
    if (wanted > all.size() || wanted <= lastDeletion(all)) {
      return new CiphertextAnswer.NotFound(nearest(query.name()));
    }
    if (query.knownVersion().orElse(0) == wanted) {
      return new CiphertextAnswer.Unchanged(wanted);
    }
    return new CiphertextAnswer.Sealed(all.get((int) wanted - 1).sealed().orElseThrow());
  }

  List<Version> versions(SecretName name) {
    return content.versions.getOrDefault(name, List.of());
  }

  long newest(List<Version> all) {
    return all.size();
  }

  long lastDeletion(List<Version> all) {
    for (int i = all.size(); i > 0; i--) {
      if (all.get(i - 1).deletion()) {
        return i;
      }
    }
    return 0;
  }

  Optional<SecretName> nearest(SecretName wanted) {
    List<String> live = list().stream().map(secret -> secret.name().toString()).toList();
    return Suggestions.nearest(wanted.toString(), live).map(SecretName::parse);
  }

  @Override
  public Optional<StoredSecret> find(SecretName name) {
    enter();
    synchronized (content) {
      return versions(name).isEmpty()
          ? Optional.empty()
          : Optional.of(describe(name, versions(name)));
    }
  }

  /** Describes a secret that somebody asked for by a name, which may be in another case. */
  StoredSecret describe(SecretName asked, List<Version> all) {
    Version newest = all.get(all.size() - 1);
    int first = first(newest.deletion() ? all.subList(0, all.size() - 1) : all);
    return new StoredSecret(
        newest.name(), all.size(), newest.deletion(), all.get(first).at(), newest.at());
  }

  int first(List<Version> all) {
    return (int) lastDeletion(all);
  }

  @Override
  public List<StoredSecret> list() {
    enter();
    synchronized (content) {
      return content.versions.entrySet().stream()
          .map(entry -> describe(entry.getKey(), entry.getValue()))
          .filter(secret -> !secret.deleted())
          .toList();
    }
  }

  @Override
  public void append(SealedSecret secret) {
    enter();
    SecretIdentity identity = secret.identity();
    if (!identity.project().equals(project())) {
      throw new IllegalArgumentException("Another project.");
    }
    var copy = new SealedSecret(identity, secret.ciphertext().clone(), secret.createdAt());
    add(identity.version(), new Version(identity.name(), Optional.of(copy), secret.createdAt()));
  }

  @Override
  public void delete(SecretName name, long version, Instant deletedAt) {
    enter();
    add(version, new Version(name, Optional.empty(), deletedAt));
  }

  void add(long number, Version version) {
    synchronized (content) {
      check(number, version);
      write(version);
    }
  }

  void check(long number, Version version) {
    List<Version> all = versions(version.name());
    boolean lives = lastDeletion(all) < all.size();
    if (number != all.size() + 1 || (version.deletion() && !lives)) {
      throw conflict(version.name());
    }
  }

  static SecretConflictException conflict(SecretName name) {
    return new SecretConflictException("Another version of '" + name + "' is next.", "Look again.");
  }

  void write(Version version) {
    content.versions.computeIfAbsent(version.name(), n -> new ArrayList<>()).add(version);
  }

  void enter() {
    if (closed || Thread.currentThread().isInterrupted()) {
      throw unavailable();
    }
    if (content.fault != null) {
      throw content.fault.get();
    }
  }

  static SecretUnavailableException unavailable() {
    return new SecretUnavailableException("The store is closed or interrupted.", "Open another.");
  }

  @Override
  public void close() {
    closed = true;
  }
}
